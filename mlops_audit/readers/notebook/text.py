"""Notebooks kept as source code: what a Python reader does not see in them.

Their rows count lines in the file, and `cell` is NULL except in `cell` itself, whose `line` says
where each cell begins.
"""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.notebook.code import CodeCells
from mlops_audit.readers.notebook.prose import is_checkpoint, section_rows, shown_text
from mlops_audit.readers.python.magics import Prepared, prepare
from mlops_audit.readers.python.source import decode
from mlops_audit.readers.python.text_cells import TextCell, TextNotebook, find_cells
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Cell, Notebook

MAX_BYTES = 4_000_000
_SUFFIXES = frozenset({".py", ".r", ".scala", ".sql"})
_SIGNS = (b"Databricks notebook source", b"%%", b"jupyter:")


class TextNotebookReader:
    """Databricks sources and percent scripts: notebook, cells, magics, commands and prose."""

    name = "text-notebook"
    version = 3

    def accepts(self, file: SourceFile) -> bool:
        """Accept source files of the languages that have such notebooks."""
        return file.suffix in _SUFFIXES and file.size <= MAX_BYTES

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield the rows of a notebook, nothing for any other source file."""
        if len(content) > MAX_BYTES or not any(sign in content for sign in _SIGNS):
            return
        notebook = find_cells(decode(content).text, file.suffix)
        if notebook is not None:
            yield from _rows(file.path, notebook)


def _rows(path: str, notebook: TextNotebook) -> Iterator[Any]:
    taken = [(cell, _prepared(notebook, cell)) for cell in notebook.cells]
    code = [cell for cell, _ in taken if cell.kind == "code" and cell.source.strip()]
    prose = [cell for cell, _ in taken if cell.kind == "markdown" and cell.source.strip()]
    yield Notebook(
        path=path,
        format=notebook.format,
        version=None,
        language=notebook.language,
        kernel=notebook.kernel,
        cells=len(taken),
        code_cells=len(code),
        markdown_cells=len(prose),
        executed_cells=0,
        in_order=None,
        first_disorder=None,
        output_bytes=0,
        error_outputs=0,
        repeated_counts=0,
        skipped_counts=0,
        checkpoint=is_checkpoint(path),
    )
    if is_checkpoint(path):
        return
    cells = CodeCells(path)
    for index, (cell, prepared) in enumerate(taken):
        text = cell.source
        if cell.kind == "markdown" and prepared is not None:
            text = prepared.body
        yield Cell(
            path=path,
            cell=index,
            kind=cell.kind,
            line=cell.line,
            lines=cell.lines,
            execution_count=None,
            output_bytes=0,
            outputs="",
            error=None,
            stale=None,
            tags=cell.tags,
            text=shown_text(text) if cell.kind == "markdown" else "",
        )
        before = cell.line - 1
        if cell.kind == "markdown":
            yield from section_rows(path, None, text, before)
        if prepared is not None:
            cells.uses(prepared, None, before)
            if cell.kind == "code" and notebook.language == "python":
                cells.names(prepared, before)
    yield from cells.rows(kind=None)


def _prepared(notebook: TextNotebook, cell: TextCell) -> Prepared | None:
    """Take a cell apart that may hold magics."""
    databricks = notebook.format == "databricks"
    # A cell of another language holds magics only where they stand in comments.
    readable = notebook.language == "python" or cell.commented
    if readable and (cell.kind == "code" or databricks):
        return prepare(cell.source, databricks=databricks)
    return None
