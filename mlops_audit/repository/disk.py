"""Read files and folders of a work tree without leaving it, hanging, or following links."""

import contextlib
import os
import re
import stat
from itertools import islice
from pathlib import Path

from mlops_audit.repository.describe import MAX_FILES, Entry, Problems, complaint
from mlops_audit.repository.git import shown_path
from mlops_audit.repository.roles import INSTALLED

#: Folders that hold no work of their own: version control, caches, installed packages.
SKIPPED = INSTALLED | {
    ".git",
    ".hg",
    ".svn",
    ".bzr",
    "__pycache__",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".ipynb_checkpoints",
    ".eggs",
    ".gradle",
    ".terraform",
    ".cache",
}
_SKIPPED_RAW = frozenset(os.fsencode(name) for name in SKIPPED)
_MAX_DEPTH = 60
#: An experiment of MLflow with more runs than this makes its store a large one, read as a whole.
LARGE_STORE = 100
_RUN_NAME = re.compile(rb"[0-9a-f]{32}\Z")
#: What lies in such a store.
STORE_PART = re.compile(rb"(?:\.trash|models|\d{1,30})\Z")
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # opening a fifo must not wait for a writer
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class Disk:
    """The files below one folder, addressed by raw relative paths."""

    def __init__(self, root: Path, problems: Problems) -> None:
        self.root = Path(os.path.realpath(root))
        self._raw_root = os.fsencode(self.root)
        self._problems = problems
        self._inside: dict[bytes, bool] = {b"": True}
        #: Folders of large stores of runs that a walk found and left out.
        self.stores: list[bytes] = []

    def full(self, raw: bytes) -> bytes:
        """Return the path that the operating system knows."""
        # Joined by hand: a path that starts with "/" must not replace the root.
        return self._raw_root + b"/" + raw

    def entry(self, raw: bytes, *, tracked: bool) -> Entry | None:
        """Return a listing entry for a regular file; None for anything else, noting why."""
        path = shown_path(raw)
        if not self._is_inside(raw):
            self._problems.add(path, "reached through a symbolic link; not followed", lost=False)
            return None
        try:
            info = os.lstat(self.full(raw))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as problem:
            self._problems.add(path, f"cannot be examined: {complaint(problem)}", lost=True)
            return None
        if stat.S_ISLNK(info.st_mode):
            self._note_link(raw, path)
            return None
        if not stat.S_ISREG(info.st_mode):
            if not stat.S_ISDIR(info.st_mode):
                self._problems.add(path, "not a regular file; skipped", lost=False)
            return None
        return Entry(
            path=path,
            key=raw,
            size=info.st_size,
            executable=bool(info.st_mode & 0o111),
            tracked=tracked,
        )

    def read(self, raw: bytes, limit: int) -> bytes | None:
        """Return the content of a regular file, or None if it cannot be had within the limit."""
        path = shown_path(raw)
        if not self._is_inside(raw):
            return None
        try:
            handle = os.open(self.full(raw), _FLAGS)
        except (OSError, ValueError) as problem:
            self._problems.add(path, f"cannot be read: {complaint(problem)}", lost=True)
            return None
        try:
            with os.fdopen(handle, "rb", buffering=0) as stream:
                if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    return None
                content = _read_all(stream.fileno(), limit)
        except OSError as problem:
            self._problems.add(path, f"cannot be read: {complaint(problem)}", lost=True)
            return None
        if content is None:
            self._problems.add(path, "grew beyond the size limit while it was read", lost=True)
        return content

    def walk(self) -> list[Entry]:
        """List a folder that git does not look after."""
        found: list[Entry] = []
        waiting: list[tuple[bytes, int]] = [(b"", 0)]
        while waiting and len(found) <= MAX_FILES:
            folder, depth = waiting.pop()
            children = self._children(folder)
            store = self._is_run_store(folder, children)
            if store:
                self.stores.append(folder)
            for name, is_folder in children:
                if store and is_folder and STORE_PART.match(name):
                    continue
                raw = folder + b"/" + name if folder else name
                if name == b".git":
                    continue
                if not is_folder:
                    entry = self.entry(raw, tracked=True)
                    if entry:
                        found.append(entry)
                elif name in _SKIPPED_RAW or os.path.lexists(self.full(raw + b"/pyvenv.cfg")):
                    continue
                elif depth >= _MAX_DEPTH:
                    self._problems.add(shown_path(raw), "nested too deep; not read", lost=True)
                else:
                    waiting.append((raw, depth + 1))
        if len(found) > MAX_FILES:
            self._problems.add("", f"more than {MAX_FILES} files; the rest is left out", lost=True)
            found = found[:MAX_FILES]
        return found

    def _is_run_store(self, folder: bytes, children: list[tuple[bytes, bool]]) -> bool:
        """Tell a folder with an experiment of so many runs that it is read as a whole."""
        for name, is_folder in children:
            if is_folder and name.isdigit() and len(name) <= 30:
                place = self.full(folder + b"/" + name if folder else name)
                with contextlib.suppress(OSError), os.scandir(place) as runs:
                    named = (run for run in runs if _RUN_NAME.match(run.name))
                    if next(islice(named, LARGE_STORE, None), None) is not None:
                        return True
        return False

    def head(self, raw: bytes, size: int) -> bytes:
        """Return the first bytes of a regular file, or nothing if it cannot be read."""
        if not self._is_inside(raw):
            return b""
        try:
            handle = os.open(self.full(raw), _FLAGS)
        except (OSError, ValueError):
            return b""
        try:
            return os.read(handle, size) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
        except OSError:
            return b""
        finally:
            os.close(handle)

    def _children(self, folder: bytes) -> list[tuple[bytes, bool]]:
        try:
            with os.scandir(self.full(folder)) as children:
                pairs = [(child.name, child.is_dir(follow_symlinks=False)) for child in children]
        except OSError as problem:
            why = f"folder cannot be listed: {complaint(problem)}"
            self._problems.add(shown_path(folder), why, lost=True)
            return []
        return sorted(pairs)

    def _is_inside(self, raw: bytes) -> bool:
        """Tell whether the folder of a path really is where its name says."""
        folder = raw.rpartition(b"/")[0]
        known = self._inside.get(folder)
        if known is None:
            parts = folder.split(b"/")
            known = b".." not in parts and b"" not in parts
            known = known and os.path.realpath(self.full(folder)) == self.full(folder)
            self._inside[folder] = known
        return known

    def _note_link(self, raw: bytes, path: str) -> None:
        target = os.path.realpath(self.full(raw))
        if target != self._raw_root and not target.startswith(self._raw_root + b"/"):
            self._problems.add(path, "a symbolic link out of the repository; skipped", lost=False)


def _read_all(handle: int, limit: int) -> bytes | None:
    """Read up to the limit; None if there is more."""
    chunks: list[bytes] = []
    left = limit + 1
    while left > 0 and (chunk := os.read(handle, min(left, 1 << 20))):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks) if left > 0 else None
