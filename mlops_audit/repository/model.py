"""What the repository layer hands to everything else."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from mlops_audit.schema import Diagnostic, GitChange, GitCommit, GitRef, Project, RepositoryInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of the repository, not yet read.

    ``path`` is relative with ``/``; ``digest`` identifies the content (git blob id or SHA-256) and
    is None where the content is not to be read (binary by suffix, too large).
    """

    path: str
    kind: str
    size: int
    role: str
    digest: str | None
    tracked: bool = True
    lfs: bool = False
    executable: bool = False

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def suffix(self) -> str:
        """Lower-case suffix with the dot, or an empty string."""
        stem, dot, suffix = self.name.rpartition(".")
        return f".{suffix.lower()}" if dot and stem else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFolder:
    """A store of runs in the work tree that is too large to be read file by file.

    ``path`` is what it is called, ``place`` where it lies on the disk. Its files are not listed.
    """

    path: str
    place: str
    #: `mlflow-files` or `database`.
    kind: str
    role: str = "source"


class Repository(Protocol):
    """A work tree, or one git revision read from the object store."""

    @property
    def info(self) -> RepositoryInfo:
        """Facts about the repository itself."""

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """All files, sorted by path."""

    @property
    def run_folders(self) -> tuple[RunFolder, ...]:
        """Large stores of runs, whose files are not among `files`."""

    @property
    def projects(self) -> tuple[Project, ...]:
        """Projects found, sorted by root; the repository root alone if there is only one."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What was skipped and why."""

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, or None if it cannot be read (a diagnostic says why)."""

    def without(self, paths: Collection[str]) -> "Repository":
        """Return the repository as if these files were not there."""

    def history(self) -> Iterator[GitCommit | GitChange | GitRef]:
        """Yield the git history and references; nothing without git."""
