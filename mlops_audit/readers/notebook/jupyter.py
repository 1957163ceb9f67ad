"""Jupyter notebooks."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.notebook.code import CodeCells
from mlops_audit.readers.notebook.document import (
    SOURCE_LIMIT,
    JupyterCell,
    JupyterDocument,
    NotANotebookError,
    load_notebook,
)
from mlops_audit.readers.notebook.outputs import Outputs, summarise
from mlops_audit.readers.notebook.prose import (
    is_checkpoint,
    line_count,
    section_rows,
    shown_text,
)
from mlops_audit.readers.notebook.stale import stale_reason
from mlops_audit.readers.python.magics import Prepared, prepare
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Cell, Diagnostic, Notebook

#: Languages of cells that define no name of Python.
_NAMELESS = frozenset({"bash", "powershell", "markdown", "html", "css", "json", "yaml"})


class JupyterReader:
    """Notebooks of Jupyter and of everything that stores in its format."""

    name = "notebook"
    version = 4

    def accepts(self, file: SourceFile) -> bool:
        """Accept what the repository layer calls a notebook."""
        return file.kind == "notebook"

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield one `Notebook` row with what its cells hold, or a diagnostic."""
        try:
            document = load_notebook(content)
        except NotANotebookError as error:
            lost = bool(content.strip())
            yield Diagnostic(file.path, None, self.name, f"The notebook {error}.", lost)
            return
        for problem, lost in document.problems:
            yield Diagnostic(file.path, None, self.name, f"The notebook {problem}.", lost)
        yield from _rows(file.path, document)


def _rows(path: str, document: JupyterDocument) -> Iterator[Any]:
    python = document.language == "python"
    taken: list[tuple[JupyterCell, Prepared | None]] = []
    for cell in document.cells:
        own = cell.language in ("", "python")
        ours = python and own and cell.kind == "code" and len(cell.source) <= SOURCE_LIMIT
        prepared = prepare(cell.source, databricks=document.databricks) if ours else None
        if prepared is not None and prepared.language == "md":
            # A code cell by its type, prose by its first word.
            cell = cell._replace(kind="markdown", source=prepared.body, outputs=[])
        taken.append((cell, prepared))
    outputs = [summarise(cell.outputs) for cell, _ in taken]
    yield _notebook(path, document, [cell for cell, _ in taken], outputs)
    if is_checkpoint(path):
        return
    code = CodeCells(path)
    for index, ((cell, prepared), summary) in enumerate(zip(taken, outputs, strict=True)):
        prose = cell.kind == "markdown"
        yield Cell(
            path=path,
            cell=index,
            kind=cell.kind,
            line=cell.line,
            lines=line_count(cell.source),
            execution_count=cell.execution_count if cell.kind == "code" else None,
            output_bytes=summary.size,
            outputs=summary.kinds,
            error=summary.error,
            stale=stale_reason(cell.source, cell.outputs) if prepared is not None else None,
            tags=cell.tags,
            text=shown_text(cell.source) if prose else "",
        )
        if prose:
            before = prepared.body_line - 1 if prepared is not None else 0
            yield from section_rows(path, index, cell.source, before)
        if prepared is not None:
            code.uses(prepared, index)
            may_fail = "raises-exception" in cell.tags.split()
            code.python(prepared, index, f"Cell {index + 1}", may_fail=may_fail)
        elif cell.kind == "code" and cell.language not in _NAMELESS and cell.source.strip():
            code.lost()
        if prepared is None and cell.kind == "code" and len(cell.source) > SOURCE_LIMIT:
            problem = f"Cell {index + 1} is longer than {SOURCE_LIMIT:,} characters."
            yield Diagnostic(path, None, JupyterReader.name, problem, python)
    yield from code.rows(kind="notebook" if python else None)


def _notebook(
    path: str, document: JupyterDocument, cells: list[JupyterCell], outputs: list[Outputs]
) -> Notebook:
    code = [
        (index, cell.execution_count)
        for index, cell in enumerate(cells)
        if cell.kind == "code" and cell.source.strip()
    ]
    disorder = _first_disorder(code)
    known = bool(code) and document.counted
    counts = [count for _, count in code if count is not None]
    return Notebook(
        path=path,
        format="ipynb",
        version=document.version,
        language=document.language,
        kernel=document.kernel,
        cells=len(cells),
        code_cells=len(code),
        markdown_cells=sum(cell.kind == "markdown" and bool(cell.source.strip()) for cell in cells),
        executed_cells=sum(count is not None for _, count in code),
        in_order=disorder is None if known else None,
        first_disorder=disorder if known else None,
        output_bytes=sum(summary.size for summary in outputs),
        error_outputs=sum(summary.error is not None for summary in outputs),
        repeated_counts=len(counts) - len(set(counts)),
        skipped_counts=max(counts, default=0) - len(set(counts)),
        checkpoint=is_checkpoint(path),
    )


def _first_disorder(code: list[tuple[int, int | None]]) -> int | None:
    """Return the index of the first cell that was not run, or not after those before it."""
    before = 0
    for index, count in code:
        if count is None or count <= before or (before == 0 and count != 1):
            return index
        before = count
    return None
