"""Turn a listing of paths into described files: kind, role, digest, what is not to be read."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from mlops_audit.repository.attributes import Attributes
from mlops_audit.repository.globs import PathGlob
from mlops_audit.repository.kinds import is_binary, is_metric_file, kind_of, size_limit, sniff
from mlops_audit.repository.model import SourceFile
from mlops_audit.repository.roles import (
    RoleHints,
    foreign_folders,
    installed_beside,
    is_installed,
    role_of,
)
from mlops_audit.schema import Diagnostic
from mlops_audit.text import shown

#: Largest text file that is read; notebooks and run logs may be ten times as large.
DEFAULT_MAX_FILE_BYTES = 2 * 1024 * 1024
#: Files of one repository that are looked at; what lies beyond is named in a diagnostic.
MAX_FILES = 200_000
_MAX_DIAGNOSTICS = 1_000
_LFS_MARK = b"version https://git-lfs.github.com/spec/"
_LFS_MAX = 1_024


class Problems:
    """Collects diagnostics of this layer, bounded in number."""

    def __init__(self) -> None:
        self._rows: list[Diagnostic] = []
        self._cut = 0
        self._cut_lost = False

    def add(self, path: str, problem: str, *, lost: bool) -> None:
        """Note that something about a path was skipped, and whether facts are missing for it."""
        row = Diagnostic(path, None, "repository", problem, lost)
        if row in self._rows[-8:]:
            return
        if len(self._rows) < _MAX_DIAGNOSTICS:
            self._rows.append(row)
        else:
            self._cut += 1
            self._cut_lost |= lost

    def rows(self) -> tuple[Diagnostic, ...]:
        """Return the diagnostics, sorted."""
        rows = sorted(self._rows, key=lambda row: (row.path, row.problem))
        if self._cut:
            more = f"{self._cut} more problems of this kind are not listed"
            rows.append(Diagnostic("", None, "repository", more, self._cut_lost))
        return tuple(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One regular file of a listing: `key` finds its content (a raw path or a blob id)."""

    path: str
    key: bytes
    size: int
    executable: bool = False
    tracked: bool = True
    blob: str | None = None


#: Returns the content of an entry, at most so many bytes, or None after noting why.
Fetch = Callable[[Entry, int], bytes | None]


def blob_id(content: bytes, *, algorithm: str = "sha1") -> str:
    """Return the id that git gives to this content."""
    digest = hashlib.new(algorithm, b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def describe(
    entries: Sequence[Entry],
    fetch: Fetch,
    problems: Problems,
    *,
    max_file_bytes: int,
    foreign: Iterable[str] = (),
    algorithm: str = "sha1",
) -> tuple[tuple[SourceFile, ...], RoleHints]:
    """Describe every file of a listing, sorted by path."""
    environments = _environments(entries)
    attributes = _attributes(entries, fetch)
    if attributes.cut:
        problems.add(".gitattributes", "too many patterns; the last ones are ignored", lost=False)
    hints = RoleHints(
        attributes=attributes, foreign=tuple(foreign), environments=frozenset(environments)
    )
    files = [
        _describe(entry, fetch, problems, hints, max_file_bytes, algorithm)
        for entry in sorted(entries, key=lambda entry: entry.path)
    ]
    own = {file.path: file.digest for file in files if not is_installed(file.path, hints)}
    copies = (*foreign_folders(own), *installed_beside(own))
    if copies:
        hints = replace(hints, foreign=(*hints.foreign, *copies))
        files = [replace(file, role=role_of(file.path, file.kind, hints)) for file in files]
    return tuple(files), hints


def _describe(
    entry: Entry,
    fetch: Fetch,
    problems: Problems,
    hints: RoleHints,
    max_file_bytes: int,
    algorithm: str,
) -> SourceFile:
    path = entry.path
    kind = kind_of(path)
    lfs = False
    digest: str | None = None
    # Names that say nothing are read as text would be, then judged by their first bytes.
    limit = size_limit(path, kind or "other", max_file_bytes)
    if is_installed(path, hints):
        kind = kind or "other"
    elif entry.size <= limit:
        needed = kind is None or entry.blob is None or _may_be_pointer(entry, kind, hints)
        content = fetch(entry, limit) if needed else None
        if content is None:
            kind = kind or "other"
            digest = None if needed else entry.blob
        else:
            kind = kind or sniff(content)
            lfs = content.startswith(_LFS_MARK) and len(content) <= _LFS_MAX
            if not is_binary(path, kind) or size_limit(path, kind, max_file_bytes):
                digest = entry.blob or blob_id(content, algorithm=algorithm)
        if lfs:
            digest = None
            if not is_binary(path, kind) and kind != "data":
                problems.add(path, "a Git LFS pointer; the content is not here", lost=True)
    else:
        kind = kind or "binary"
        if entry.size <= _LFS_MAX and is_binary(path, kind):
            content = fetch(entry, _LFS_MAX)
            lfs = content is not None and content.startswith(_LFS_MARK)
        elif is_metric_file(path):
            what = f"{_megabytes(entry.size)} is more than the limit of {_megabytes(limit)}"
            mend = "raise max_file_bytes in mlops-audit.toml, or log less often"
            problems.add(path, f"a log of runs, not read: {what}; {mend}", lost=True)
        elif not is_binary(path, kind) and kind != "data":
            what = f"{_megabytes(entry.size)} is more than the limit of {_megabytes(limit)}"
            problems.add(path, f"not read: {what}", lost=True)
    return SourceFile(
        path=path,
        kind=kind,
        size=entry.size,
        role=role_of(path, kind, hints),
        digest=digest,
        tracked=entry.tracked,
        lfs=lfs,
        executable=entry.executable,
    )


def _may_be_pointer(entry: Entry, kind: str, hints: RoleHints) -> bool:
    return entry.size <= _LFS_MAX and (
        kind == "data" or is_binary(entry.path, kind) or hints.attributes.filtered(entry.path)
    )


def _megabytes(size: int) -> str:
    return f"{size / (1024 * 1024):.1f} MiB" if size >= 100_000 else f"{size} bytes"


def _environments(entries: Iterable[Entry]) -> Iterable[str]:
    for entry in entries:
        folder, _, name = entry.path.rpartition("/")
        if name == "pyvenv.cfg" and folder:
            yield folder


def _attributes(entries: Iterable[Entry], fetch: Fetch) -> Attributes:
    found: list[tuple[str, bytes]] = []
    for entry in entries:
        if entry.path.rpartition("/")[2] == ".gitattributes" and entry.size <= 200_000:
            content = fetch(entry, 200_000)
            if content is not None:
                found.append((entry.path, content))
    return Attributes(found)


def without_excluded(entries: Iterable[Entry], exclude: Iterable[str]) -> list[Entry]:
    """Return the entries that no exclusion pattern (language of .gitignore) covers."""
    globs = [PathGlob(pattern) for pattern in exclude]
    return [entry for entry in entries if not any(glob.covers(entry.path) for glob in globs)]


def bounded(entries: list[Entry], problems: Problems) -> list[Entry]:
    """Return at most `MAX_FILES` entries with distinct paths, noting what is left out."""
    kept: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda entry: (entry.path, entry.key)):
        if entry.path in kept:
            problems.add(entry.path, "another file is shown under the same name", lost=True)
        elif len(kept) < MAX_FILES:
            kept[entry.path] = entry
    if len(entries) > MAX_FILES:
        left = len(entries) - len(kept)
        problems.add("", f"{left} files beyond the first {MAX_FILES} are left out", lost=True)
    return list(kept.values())


def complaint(problem: Exception) -> str:
    """Return an operating-system error as part of a sentence."""
    text = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return shown(text or type(problem).__name__)
