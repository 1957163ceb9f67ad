"""Notebooks kept as source code with cells in comments: Databricks sources, percent scripts."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_audit.readers.python.magics import prepare, without_magics
from mlops_audit.readers.python.source import split_lines

CELL_LIMIT = 5_000

_COMMENT = {".py": "#", ".r": "#", ".scala": "//", ".sql": "--"}
_LANGUAGE = {".py": "python", ".r": "r", ".scala": "scala", ".sql": "sql"}
_MARKER = re.compile(r"#[ \t]?%%+(?![^\s\[])[ \t]*(.{0,500})", re.DOTALL)
_KIND = re.compile(r"\[(markdown|md|raw)\]")
_TAGS = re.compile(r"\btags[\"']?[ \t]*[=:][ \t]*\[([^\]\n]{0,300})\]")
_FORMAT = re.compile(r"#[ \t]+format_name:[ \t]*['\"]?(\w{1,30})")
_KERNEL = re.compile(r"#[ \t]{3,12}name:[ \t]*['\"]?([\w .-]{1,100})")
_HEADER_LINES = 80
_LIGHT = re.compile(r"#[ \t]?\+(?:[ \t]+(.{0,500}))?\Z")
_MAGIC_COMMENT = re.compile(r"#[ \t]?(?=%%?[A-Za-z]|!{1,2}[\w./{$])")
#: A line at the margin that does something: a call, an assignment to a plain variable, a block.
_ACTS = re.compile(
    r"(?:for|while|with|try|print)\b|[a-z_][\w.]{0,80}(?:\[.{0,80}?\])?[ \t]*\(|[%!]\w"
    r"|[a-z]\w{0,60}(?:,[ \t]*\w{1,60}){0,8}[ \t]*=[ \t]*[^=\s]"
)
_MAIN_GUARD = re.compile(r"if[ \t]+__name__[ \t]*==", re.MULTILINE)


class TextCell(NamedTuple):
    """One cell of a text notebook."""

    #: code | markdown | raw
    kind: str
    #: First line of the file that belongs to it, without its marker, and how many do.
    line: int
    lines: int
    #: Its text with the marks of comments taken off, one line for each line of the file.
    source: str
    #: Whether it stands in comments, so that for Python it is none of the code.
    commented: bool
    tags: str


class TextNotebook(NamedTuple):
    """A source file that is a notebook."""

    #: databricks | percent
    format: str
    language: str
    kernel: str | None
    cells: list[TextCell]


def find_cells(text: str, suffix: str) -> TextNotebook | None:
    """Return the cells of a source file, None if it is no notebook.

    Databricks names its sources in the first line. Of Python files with `# %%` lines only those
    are notebooks that say so (a Jupytext header, a prose cell) or that work from cell to cell:
    many people mark the sections of their modules in the same way.
    """
    comment = _COMMENT.get(suffix)
    if comment is None:
        return None
    head = text.lstrip("\ufeff \t\r\n")[:200]
    if head.startswith(f"{comment} Databricks notebook source"):
        lines = split_lines(text)
        cells = list(_databricks(lines, comment))[:CELL_LIMIT]
        return TextNotebook("databricks", _LANGUAGE[suffix], None, cells)
    if suffix != ".py" or not ("%%" in text or "# jupyter:" in text[:4_000]):
        return None
    return _percent(split_lines(text))


def python_lines(notebook: TextNotebook, lines: list[str]) -> list[str]:
    """Return the lines of a Python file as the parser can take them.

    Magics are taken out, and Python that Databricks keeps in comments is put in their place.
    """
    lines = list(lines)
    for cell in notebook.cells:
        own = slice(cell.line - 1, cell.line - 1 + cell.lines)
        if cell.kind != "code":
            continue
        if not cell.commented:
            lines[own] = without_magics(lines[own])
        elif notebook.format == "databricks":
            lines[own] = prepare(cell.source, databricks=True).python or lines[own]
    return lines


def _databricks(lines: list[str], comment: str) -> Iterator[TextCell]:
    separator = re.compile(rf"{comment} COMMAND -{{5,}}[ \t]*\Z")
    start = next(number for number, line in enumerate(lines) if line.strip("\ufeff \t")) + 1
    for number in range(start, len(lines) + 1):
        if number == len(lines) or separator.match(lines[number]):
            yield from _databricks_cell(lines, start, number, comment)
            start = number + 1


def _databricks_cell(lines: list[str], start: int, end: int, comment: str) -> Iterator[TextCell]:
    start, end = _trimmed(lines, start, end)
    while start < end and lines[start].startswith(f"{comment} DBTITLE"):
        start, end = _trimmed(lines, start + 1, end)
    if start == end:
        return
    mark = f"{comment} MAGIC"
    commented = [line.startswith(mark) for line in lines[start:end] if line.strip()]
    source = [line.removeprefix(mark).removeprefix(" ") if line.startswith(mark) else line
              for line in lines[start:end]]  # fmt: skip
    first = source[0].lstrip().lower()
    # `source` is kept whole, so that whoever takes the cell apart finds `%md` in its place.
    kind = "markdown" if first.startswith("%md") else "code"
    yield TextCell(kind, start + 1, end - start, "\n".join(source), any(commented), "")


def _percent(lines: list[str]) -> TextNotebook | None:
    header = _header(lines)
    written = "\n".join(lines[:header])
    declared = _FORMAT.search(written)
    kernel = _KERNEL.search(written)
    name = kernel[1].strip() if kernel else None
    if declared and declared[1] == "light":
        return TextNotebook("percent", "python", name, list(_light(lines, header))[:CELL_LIMIT])
    marks = [
        (number, match[1])
        for number, line in enumerate(lines)
        if line.startswith("#") and (match := _MARKER.fullmatch(line))
    ]
    if not marks or (declared and declared[1] not in ("percent", "hydrogen")):
        return None
    cells = list(_percent_cells(lines, header, marks))[:CELL_LIMIT]
    said = header or any(cell.kind != "code" for cell in cells)
    return TextNotebook("percent", "python", name, cells) if said or _works(lines, cells) else None


def _header(lines: list[str]) -> int:
    """Return how many lines a Jupytext header takes, 0 if there is none."""
    start = next((number for number, line in enumerate(lines[:5]) if line == "# ---"), None)
    if start is None:
        return 0
    for number in range(start + 1, min(len(lines), start + _HEADER_LINES)):
        if lines[number].rstrip() == "# ---":
            written = lines[start:number]
            return number + 1 if any(line.startswith("# jupyter:") for line in written) else 0
    return 0


def _percent_cells(
    lines: list[str], header: int, marks: list[tuple[int, str]]
) -> Iterator[TextCell]:
    first = marks[0][0]
    if any(line.strip() and line[0] != "#" for line in lines[header:first]):
        yield from _cell(lines, header, first, "", bool(header))
    for (number, rest), following in zip(marks, [*marks[1:], (len(lines), "")], strict=True):
        yield from _cell(lines, number + 1, following[0], rest, bool(header))


def _cell(
    lines: list[str], start: int, end: int, options: str, uncomment: bool
) -> Iterator[TextCell]:
    start, end = _trimmed(lines, start, end)
    stated = _KIND.search(options)
    kind = "code" if stated is None else "raw" if stated[1] == "raw" else "markdown"
    found = _TAGS.search(options)
    tags = " ".join(re.findall(r"[\w.:/-]{1,100}", found[1])) if found else ""
    source = lines[start:end]
    commented = False
    if kind != "code":
        source, commented = _prose(source), True
    elif uncomment and (first := next((line for line in source if line.strip()), "")):
        # Jupytext comments magics out; after a cell magic the whole cell.
        if first.startswith(("# %%", "#%%")):
            source, commented = [_uncommented(line) for line in source], True
        else:
            source = [_MAGIC_COMMENT.sub("", line, count=1) if _MAGIC_COMMENT.match(line) else line
                      for line in source]  # fmt: skip
    yield TextCell(kind, start + 1, end - start, "\n".join(source), commented, tags)


def _light(lines: list[str], header: int) -> Iterator[TextCell]:
    """Yield the cells of Jupytext's light format: paragraphs, or what `# +` opens."""
    number = header
    while number < len(lines):
        if not lines[number].strip():
            number += 1
            continue
        opened = _LIGHT.match(lines[number])
        start = end = number + 1 if opened else number
        if opened:
            while (
                end < len(lines) and lines[end].rstrip() != "# -" and not _LIGHT.match(lines[end])
            ):
                end += 1
            yield from _cell(lines, start, end, opened[1] or "", True)
            number = end + (end < len(lines) and lines[end].rstrip() == "# -")
            continue
        while end < len(lines) and not _ends_paragraph(lines, end):
            end += 1
        prose = all(line.startswith("#") for line in lines[start:end])
        magic = prose and _MAGIC_COMMENT.match(lines[start])
        yield from _cell(lines, start, end, "[markdown]" if prose and not magic else "", True)
        number = end


def _ends_paragraph(lines: list[str], number: int) -> bool:
    """Tell whether a cell ends at a blank line: not if the code goes on indented."""
    if lines[number].strip():
        return bool(_LIGHT.match(lines[number]))
    rest = next((line for line in lines[number : number + 20] if line.strip()), "")
    return not rest.startswith((" ", "\t"))


def _works(lines: list[str], cells: list[TextCell]) -> bool:
    """Tell whether most cells do something of their own, as in an interactive script."""
    if _MAIN_GUARD.search("\n".join(lines)):
        return False
    acting = sum(any(map(_ACTS.match, cell.source.split("\n"))) for cell in cells)
    return acting >= 2 and 2 * acting >= len(cells)


def _prose(lines: list[str]) -> list[str]:
    stripped = [line.strip() for line in lines]
    if stripped and stripped[0].lstrip("rR")[:3] in ('"""', "'''"):
        # VS Code takes prose in a string as well.
        quote = stripped[0].lstrip("rR")[:3]
        return [line.strip().removesuffix(quote).removeprefix("r").removeprefix(quote)
                if quote in line else line for line in lines]  # fmt: skip
    return [_uncommented(line) for line in lines]


def _uncommented(line: str) -> str:
    return line[1:].removeprefix(" ") if line.startswith("#") else line


def _trimmed(lines: list[str], start: int, end: int) -> tuple[int, int]:
    """Return the range without blank lines at its ends."""
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return start, end
