"""The lines of a place, for excerpts: of a text file, or of one cell of a notebook."""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from mlops_audit.readers.notebook.document import NotANotebookError, load_notebook

#: Files whose lines are kept: reports ask for the places of one practice after the other.
_KEPT_FILES = 64
#: Larger files are shown without an excerpt.
_SIZE_LIMIT = 4_000_000


class _Cell(NamedTuple):
    lines: list[str]
    #: Line of the file where the source starts, if known.
    first: int | None


class Lines:
    """Reads lines of repository files and notebook cells."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        """Read files with ``read``, which returns None for a file that cannot be read."""
        self._read = read
        self._file = lru_cache(maxsize=_KEPT_FILES)(self._file_lines)
        self._cells = lru_cache(maxsize=_KEPT_FILES)(self._notebook_cells)
        self._stored = lru_cache(maxsize=_KEPT_FILES)(self._stored_lines)

    def __call__(self, path: str, cell: int | None = None) -> Sequence[str] | None:
        """Return the lines of a file, or of its cell with that index; None if there are none."""
        if cell is None:
            return self._file(path)
        cells = self._cells(path)
        return cells[cell].lines if 0 <= cell < len(cells) else None

    def file_line(self, path: str, cell: int, line: int) -> int | None:
        """Return the line of the notebook file that holds a line of a cell, None if unknown.

        Where the cell is stored as one string, all its lines are on the line of that string.
        """
        cells = self._cells(path)
        if not 0 <= cell < len(cells) or (first := cells[cell].first) is None:
            return None
        stored, at = self._stored(path), first + line - 1
        if not 0 < line <= len(cells[cell].lines) or at > len(stored):
            return first
        try:
            text = json.loads(stored[at - 1].strip().removesuffix(b","))
        except ValueError:
            return first
        same = isinstance(text, str) and text.rstrip("\r\n") == cells[cell].lines[line - 1]
        return at if same else first

    def _content(self, path: str) -> bytes | None:
        content = self._read(path)
        return content if content is not None and len(content) <= _SIZE_LIMIT else None

    def _file_lines(self, path: str) -> Sequence[str] | None:
        content = self._content(path)
        return None if content is None else content.decode("utf-8", "replace").splitlines()

    def _stored_lines(self, path: str) -> Sequence[bytes]:
        return (self._content(path) or b"").split(b"\n")

    def _notebook_cells(self, path: str) -> Sequence[_Cell]:
        content = self._content(path)
        if content is None or not path.endswith(".ipynb"):
            return ()
        try:
            cells = load_notebook(content).cells
        except NotANotebookError:
            return ()
        return [_Cell(cell.source.split("\n"), cell.line) for cell in cells]
