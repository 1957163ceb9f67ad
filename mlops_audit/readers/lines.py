"""The lines of a place, for excerpts: of a text file, or of one cell of a notebook."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from mlops_audit.readers.notebook.document import NotANotebookError, load_notebook

#: Files whose lines are kept: reports ask for the places of one practice after the other.
_KEPT_FILES = 64
#: Larger files are shown without an excerpt.
_SIZE_LIMIT = 4_000_000


class Lines:
    """Reads lines of repository files and notebook cells."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        """Read files with ``read``, which returns None for a file that cannot be read."""
        self._read = read
        self._file = lru_cache(maxsize=_KEPT_FILES)(self._file_lines)
        self._cells = lru_cache(maxsize=_KEPT_FILES)(self._cell_lines)

    def __call__(self, path: str, cell: int | None = None) -> Sequence[str] | None:
        """Return the lines of a file, or of its cell with that index; None if there are none."""
        if cell is None:
            return self._file(path)
        cells = self._cells(path)
        return cells[cell] if 0 <= cell < len(cells) else None

    def _content(self, path: str) -> bytes | None:
        content = self._read(path)
        return content if content is not None and len(content) <= _SIZE_LIMIT else None

    def _file_lines(self, path: str) -> Sequence[str] | None:
        content = self._content(path)
        return None if content is None else content.decode("utf-8", "replace").splitlines()

    def _cell_lines(self, path: str) -> Sequence[Sequence[str]]:
        content = self._content(path)
        if content is None or not path.endswith(".ipynb"):
            return ()
        try:
            return [cell.source.split("\n") for cell in load_notebook(content).cells]
        except NotANotebookError:
            return ()
