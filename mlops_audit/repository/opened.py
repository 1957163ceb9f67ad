"""The repository objects: a work tree or folder on disk, and one revision of a git store."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mlops_audit.repository.blobs import BlobReader
from mlops_audit.repository.describe import Entry, Problems
from mlops_audit.repository.disk import Disk
from mlops_audit.repository.git import Git, GitError
from mlops_audit.repository.history import changes, commits, references
from mlops_audit.repository.kinds import size_limit
from mlops_audit.repository.model import RunFolder, SourceFile
from mlops_audit.schema import Diagnostic, GitChange, GitCommit, GitRef, Project, RepositoryInfo
from mlops_audit.text import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Where the git history of an audited folder is."""

    git: Git
    revision: str
    prefix: str = ""
    cut_off: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class OpenedRepository:
    """An opened repository; files are read when asked for, from disk or from the store."""

    info: RepositoryInfo
    files: tuple[SourceFile, ...]
    projects: tuple[Project, ...]
    entries: Mapping[str, Entry]
    problems: Problems
    max_file_bytes: int
    source: Disk | BlobReader
    past: History | None
    run_folders: tuple[RunFolder, ...] = ()
    _readable: dict[str, SourceFile] = field(init=False)

    def __post_init__(self) -> None:
        self._readable = {file.path: file for file in self.files if file.digest is not None}

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What was skipped and why, as far as known by now."""
        return self.problems.rows()

    def read(self, path: str) -> bytes | None:
        """Return the content of a file that has a digest, None for every other path."""
        file = self._readable.get(path)
        if file is None:
            return None
        limit = size_limit(path, file.kind, self.max_file_bytes)
        return fetch(self.source, self.entries[path], limit, self.problems)

    def without(self, paths: Collection[str]) -> "OpenedRepository":
        """Return the repository as if these files were not there."""
        return replace(self, files=tuple(file for file in self.files if file.path not in paths))

    def history(self) -> Iterator[GitCommit | GitChange | GitRef]:
        """Yield commits, their changes, then references; nothing without git."""
        if self.past is None:
            return
        past = self.past
        shas: list[str] = []
        try:
            if past.revision:
                for commit in commits(past.git, past.revision, past.prefix):
                    shas.append(commit.sha)
                    yield commit
                yield from changes(past.git, shas, past.prefix, set(past.cut_off))
            yield from references(past.git)
        except GitError as problem:
            self.problems.add("", f"git history is incomplete: {shown(str(problem))}", lost=True)


def fetch(source: Disk | BlobReader, entry: Entry, limit: int, problems: Problems) -> bytes | None:
    """Return the content of an entry within the limit, or None after noting why."""
    if isinstance(source, Disk):
        return source.read(entry.key, limit)
    if entry.size > limit:
        return None
    content = source.read(entry.key.decode("ascii"))
    if content is None:
        problems.add(entry.path, "its content is missing from the object store", lost=True)
    return content
