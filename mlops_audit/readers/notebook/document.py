"""A Jupyter notebook of any nbformat as a list of plain cells.

Only the standard JSON parser reads the file: validation, as nbformat does it, would refuse what
Jupyter itself still opens.
"""

import codecs
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from mlops_audit.readers.notebook.languages import kernel_of, language_name

MAX_BYTES = 100_000_000
CELL_LIMIT = 10_000
#: Characters of one cell; longer ones hold data.
SOURCE_LIMIT = 1_000_000
#: Notebooks up to this size are kept for the next reader of the same file.
_KEEP_BYTES = 25_000_000

_SOURCE_KEYS = (b'"source":', b'"input":')
_OPENED_LIST = re.compile(rb'"\w+":[ \t]*\[[ \t]*\r?\n')
_INDENT = 40
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)
_DATABRICKS = "application/vnd.databricks.v1+notebook"
_PROSE = frozenset({"markdown", "heading", "text"})


class JupyterCell(NamedTuple):
    """One cell as it is stored."""

    #: code | markdown | raw
    kind: str
    #: Text with `\\n` line ends, without NUL and lone surrogates.
    source: str
    outputs: list[Any]
    execution_count: int | None
    tags: str
    #: Language that the cell declares for itself, '' if it is that of the notebook.
    language: str
    #: Line of the file where the source starts, if known.
    line: int | None


class JupyterDocument(NamedTuple):
    """One notebook."""

    cells: list[JupyterCell]
    version: str | None
    language: str
    kernel: str | None
    #: Whether it was written by Databricks, whose cells may start with a language.
    databricks: bool
    #: Whether its execution counts mean anything.
    counted: bool
    metadata: dict[str, Any]
    #: What was odd, and whether anything is missing because of it.
    problems: list[tuple[str, bool]]


class NotANotebookError(ValueError):
    """The file holds no notebook; the message says what is wrong with "the notebook"."""


def load_notebook(content: bytes) -> JupyterDocument:
    """Return the notebook in a file, which is not to be changed, or raise `NotANotebookError`."""
    return _kept(content) if len(content) <= _KEEP_BYTES else _load(content)


@lru_cache(maxsize=1)
def _kept(content: bytes) -> JupyterDocument:
    return _load(content)


def _load(content: bytes) -> JupyterDocument:
    if len(content) > MAX_BYTES:
        raise NotANotebookError(f"is larger than {MAX_BYTES:,} bytes and was not read")
    if not content.strip():
        raise NotANotebookError("is empty")
    problems: list[tuple[str, bool]] = []
    document = _parse(content, problems)
    if not isinstance(document, dict):
        raise NotANotebookError("holds JSON that is no notebook")
    stored = _stored_cells(document)
    if stored is None:
        raise NotANotebookError("holds no list of cells")
    if len(stored) > CELL_LIMIT:
        problems.append((f"has more than {CELL_LIMIT:,} cells; the rest was not read", True))
    metadata = _mapping(document.get("metadata"))
    lines = _source_lines(content, len(stored))
    cells: list[JupyterCell] = []
    odd = 0
    for cell, line in zip(stored[:CELL_LIMIT], lines, strict=False):
        if isinstance(cell, dict):
            cells.append(_cell(cell, line))
        else:
            # Kept as an empty cell, so that the numbers of the others stay right.
            cells.append(JupyterCell("raw", "", [], None, "", "", line))
            odd += 1
    if odd:
        problems.append((f"has {odd} cell(s) that are no cells", True))
    said = [cell.language for cell in cells if cell.kind == "code" and cell.language]
    # Among cells of several languages Python is the one that the kernel runs.
    declared = "python" if "python" in said else next(iter(said), "")
    language, kernel = kernel_of(metadata, declared)
    databricks = _DATABRICKS in metadata
    return JupyterDocument(
        cells=cells,
        version=_version(document),
        language=language,
        kernel=kernel,
        databricks=databricks,
        # Databricks exports 0 or nothing for every cell.
        counted=not databricks or any(cell.execution_count for cell in cells),
        metadata=metadata,
        problems=problems,
    )


def _parse(content: bytes, problems: list[tuple[str, bool]]) -> Any:
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""
    try:
        text = content.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode(encoding or "utf-8-sig", "replace")
        problems.append(("is not valid UTF-8; some characters were lost", False))
    try:
        return json.loads(text)
    except RecursionError:
        raise NotANotebookError("is nested too deeply") from None
    except json.JSONDecodeError as error:
        if _CONFLICT.search(text):
            raise NotANotebookError("holds an unresolved merge conflict") from None
        raise NotANotebookError(f"is not valid JSON in line {error.lineno}") from None
    except ValueError:
        raise NotANotebookError("is not valid JSON") from None


def _stored_cells(document: dict[str, Any]) -> list[Any] | None:
    cells = document.get("cells")
    if isinstance(cells, list):
        return cells
    sheets = document.get("worksheets")
    if not isinstance(sheets, list):
        return None
    found: list[Any] = []
    for sheet in sheets:
        part = sheet.get("cells") if isinstance(sheet, dict) else None
        found.extend(part if isinstance(part, list) else ())
    return found


def _version(document: dict[str, Any]) -> str | None:
    major, minor = _number(document.get("nbformat")), _number(document.get("nbformat_minor"))
    if major is None:
        return None
    return str(major) if minor is None else f"{major}.{minor}"


def _cell(cell: dict[str, Any], line: int | None) -> JupyterCell:
    stored = cell.get("cell_type")
    if stored == "code" or (stored is None and ("outputs" in cell or "input" in cell)):
        kind = "code"
    else:
        kind = "markdown" if isinstance(stored, str) and stored in _PROSE else "raw"
    keys = ("source", "input", "code", "text")
    source = source_text(next((cell[key] for key in keys if key in cell), None))
    if stored == "heading":
        source = f"{'#' * max(1, min(6, _number(cell.get('level')) or 1))} {source}"
    metadata = _mapping(cell.get("metadata"))
    outputs = cell.get("outputs")
    return JupyterCell(
        kind=kind,
        source=source,
        outputs=outputs if isinstance(outputs, list) and kind == "code" else [],
        execution_count=_number(cell.get("execution_count", cell.get("prompt_number"))) or None,
        tags=_tags(metadata.get("tags")),
        language=_own_language(cell, metadata),
        line=line,
    )


def source_text(value: Any) -> str:
    """Return text that is stored as one string or as a list of them."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    text = value if isinstance(value, str) else ""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)
    return text.replace("\0", " ")


def _tags(value: Any) -> str:
    if not isinstance(value, list):
        return ""
    tags = ("-".join(tag.split())[:100] for tag in value[:50] if isinstance(tag, str))
    return " ".join(tag for tag in tags if tag)


def _own_language(cell: dict[str, Any], metadata: dict[str, Any]) -> str:
    vscode = _mapping(metadata.get("vscode"))
    # Snowflake writes it into the metadata of a cell itself.
    for value in (vscode.get("languageId"), metadata.get("language"), cell.get("language")):
        if isinstance(value, str) and value.strip():
            return language_name(value)
    return ""


def _number(value: Any) -> int | None:
    """Return a number that counts something, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 2**31 and value == int(value) else None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _source_lines(content: bytes, cells: int) -> list[int | None]:
    """Return the line where the source of each cell starts, if the file is laid out as usual.

    The keys of all cells stand at one indentation, at which no other `source` can stand.
    """
    by_indent: dict[bytes, list[int]] = {}
    for found in sorted(position for key in _SOURCE_KEYS for position in _positions(content, key)):
        start = content.rfind(b"\n", 0, found) + 1
        indent = content[start:found]
        if len(indent) <= _INDENT and not indent.strip(b" \t"):
            opened = _OPENED_LIST.match(content, found)
            by_indent.setdefault(indent, []).append(opened.end() if opened else found)
    offsets = next((by_indent[i] for i in sorted(by_indent) if len(by_indent[i]) == cells), None)
    if offsets is None:
        return [None] * cells
    lines: list[int | None] = []
    line, before = 1, 0
    for offset in offsets:
        line += content.count(b"\n", before, offset)
        before = offset
        lines.append(line)
    return lines


def _positions(content: bytes, key: bytes) -> Iterator[int]:
    position = content.find(key)
    while position >= 0:
        yield position
        position = content.find(key, position + len(key))
