"""R Markdown and Quarto documents: code chunks between prose.

Python chunks share one environment; their rows count lines in the file, and `cell` is NULL as in
all text notebooks.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from mlops_audit.readers.markdown_text import front_matter_end
from mlops_audit.readers.notebook.code import CodeCells
from mlops_audit.readers.notebook.languages import language_name
from mlops_audit.readers.notebook.prose import is_checkpoint, section_rows, shown_text
from mlops_audit.readers.python.magics import prepare
from mlops_audit.readers.python.source import decode, split_lines
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Cell, Diagnostic, Notebook

MAX_BYTES = 4_000_000
CHUNK_LIMIT = 5_000
_FORMATS = {".rmd": "rmarkdown", ".qmd": "quarto"}
_OPENING = re.compile(
    r"[ \t>]{0,20}(`{3,}|~{3,})[ \t]{0,4}\{[ \t]{0,4}([A-Za-z][\w+#-]{0,30})(.{0,500})"
)
_NOT_RUN = re.compile(r"\beval[ \t]*[=:][ \t]*(?:FALSE|F\b|false|False)")
_OPTION = re.compile(r"[ \t]*(?:#\||//\||--\||%%\|)[ \t]*(.{0,200})")
_JUPYTER = re.compile(r"jupyter:[ \t]*['\"]?([\w.-]{1,100})['\"]?[ \t]*(?:#.*)?\Z")
#: Chunks that draw a diagram or hold markup.
_NO_CODE = frozenset({"dot", "mermaid", "css", "asis", "comment", "verbatim", "embed"})
_SHELLS = frozenset({"bash", "sh", "zsh"})


class _Part(NamedTuple):
    """A code chunk or the prose between two of them; lines are 0-based, the end is exclusive."""

    language: str
    start: int
    end: int
    run: bool = True


class RMarkdownReader:
    """Documents with code chunks of knitr or Quarto."""

    name = "rmarkdown"
    version = 3

    def accepts(self, file: SourceFile) -> bool:
        """Accept documents by their suffix."""
        return file.suffix in _FORMATS

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield the sections of a document, and of one with code chunks the rows of a notebook."""
        if len(content) > MAX_BYTES:
            problem = f"The document is larger than {MAX_BYTES:,} bytes and was not read."
            yield Diagnostic(file.path, None, self.name, problem, True)
            return
        text = decode(content).text
        lines = split_lines(text)
        start = front_matter_end(lines)
        parts = list(_parts(lines, start))
        if any(part.language for part in parts):
            yield from _rows(file, lines, lines[:start], parts)
        if not is_checkpoint(file.path):
            yield from section_rows(file.path, None, text)


def _rows(
    file: SourceFile, lines: list[str], front: list[str], parts: list[_Part]
) -> Iterator[Any]:
    kernel = next((match[1] for line in front if (match := _JUPYTER.match(line))), None)
    chunks = [part for part in parts if part.language]
    yield Notebook(
        path=file.path,
        format=_FORMATS[file.suffix],
        version=None,
        language=_language(kernel, chunks),
        kernel=kernel,
        cells=len(parts),
        code_cells=sum(any(map(str.strip, lines[part.start : part.end])) for part in chunks),
        markdown_cells=len(parts) - len(chunks),
        executed_cells=0,
        in_order=None,
        first_disorder=None,
        output_bytes=0,
        error_outputs=0,
        repeated_counts=0,
        skipped_counts=0,
        checkpoint=is_checkpoint(file.path),
    )
    if is_checkpoint(file.path):
        return
    code = CodeCells(file.path)
    for index, part in enumerate(parts):
        source = "\n".join(lines[part.start : part.end])
        yield Cell(
            path=file.path,
            cell=index,
            kind="code" if part.language else "markdown",
            line=part.start + 1,
            lines=part.end - part.start,
            execution_count=None,
            output_bytes=0,
            outputs="",
            error=None,
            stale=None,
            tags="",
            text="" if part.language else shown_text(source),
        )
        if part.run and part.language == "python":
            prepared = prepare(source)
            code.uses(prepared, None, part.start)
            code.python(prepared, None, f"The chunk that starts in line {part.start}", part.start)
        elif part.run and part.language in _SHELLS:
            code.shell(source, part.start + 1, None)
    yield from code.rows(kind="notebook")


def _language(kernel: str | None, chunks: list[_Part]) -> str:
    if kernel is not None:
        return language_name(kernel)
    counted = Counter(part.language for part in chunks)
    # Of languages that are as frequent, the one that comes first.
    return counted.most_common(1)[0][0]


def _parts(lines: list[str], start: int) -> Iterator[_Part]:
    fence = ""
    chunk: tuple[str, str] | None = None
    prose = start
    found = 0
    for number in range(start, len(lines)):
        line = lines[number]
        if fence:
            stripped = line.strip(" \t>")
            if not (stripped.startswith(fence) and not stripped.strip(fence[0])):
                continue
            if chunk is not None:
                yield _chunk(lines, prose, number, *chunk)
                found += 1
                prose = number + 1
            fence, chunk = "", None
            if found >= CHUNK_LIMIT:
                return
            continue
        stripped = line.lstrip(" \t>")
        if not stripped.startswith(("```", "~~~")):
            continue
        opened = _OPENING.match(line)
        if opened and opened[2].lower() not in _NO_CODE:
            yield from _between(lines, prose, number)
            fence, chunk, prose = opened[1], (language_name(opened[2]), opened[3]), number + 1
        else:
            mark = stripped[0]
            fence = stripped[: len(stripped) - len(stripped.lstrip(mark))]
            if mark == "`" and mark in stripped[len(fence) :]:
                fence = ""  # inline code on a line of its own
    if chunk is None:
        yield from _between(lines, prose, len(lines))
    else:
        yield _chunk(lines, prose, len(lines), *chunk)


def _chunk(lines: list[str], start: int, end: int, language: str, options: str) -> _Part:
    run = not _NOT_RUN.search(options)
    for line in lines[start : min(end, start + 30)]:
        match = _OPTION.match(line)
        if match is None:
            break
        run = run and not _NOT_RUN.match(match[1])
    return _Part(language, start, end, run)


def _between(lines: list[str], start: int, end: int) -> Iterator[_Part]:
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    if start < end:
        yield _Part("", start, end)
