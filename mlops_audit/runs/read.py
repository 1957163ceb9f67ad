"""The runs of a repository, a store or a tracking server, and nothing else of them."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from mlops_audit.errors import UsageError
from mlops_audit.facts.cache import FactCache
from mlops_audit.facts.collect import Progress, available_processors, collect
from mlops_audit.facts.store import FactStore
from mlops_audit.linking.runs import merge_runs
from mlops_audit.readers.runs import READERS
from mlops_audit.repository import open_repository
from mlops_audit.repository.model import Repository, RunFolder, SourceFile
from mlops_audit.schema import (
    Diagnostic,
    GitChange,
    GitCommit,
    GitRef,
    Project,
    RepositoryInfo,
)
from mlops_audit.tracking import Address, parse_address
from mlops_audit.tracking.read import add_tracking_stores


def read_runs(
    place: str,
    addresses: Sequence[Address] = (),
    *,
    rev: str | None = None,
    history: bool = False,
    cache: bool = True,
    progress: Progress | None = None,
) -> FactStore:
    """Return facts with the runs found at a place and at tracking addresses.

    ``place`` is a repository, or a store itself: a folder of MLflow, an SQLite file, an address.

    Raises:
        UsageError: there is no such place.
    """
    jobs = available_processors()
    if "://" in place or _is_store(Path(place)):
        if rev is not None:
            raise UsageError("--rev names a revision of a repository; a store of runs has none")
        addresses = (parse_address(place), *addresses)
        store = FactStore()
    else:
        path = Path(place)
        repository = _RunLogs(open_repository(path, rev=rev))
        kept = FactCache.open_default(never_below=path) if cache else None
        store = collect(repository, cache=kept, progress=progress, history=history)
    add_tracking_stores(store, addresses, jobs=jobs, history=history)
    merge_runs(store)
    return store


def _is_store(path: Path) -> bool:
    """Tell a store of runs from a repository that may hold some."""
    if path.is_file():
        return True
    try:
        children = [child for child in path.iterdir() if child.name.isdigit()]
    except OSError:
        return False
    return any((child / "meta.yaml").is_file() for child in children)


class _RunLogs:
    """A repository of which only the logs of runs are to be read."""

    def __init__(self, repository: Repository) -> None:
        self._whole = repository
        self._files = tuple(file for file in repository.files if _is_log(file))

    @property
    def info(self) -> RepositoryInfo:
        return self._whole.info

    @property
    def files(self) -> tuple[SourceFile, ...]:
        return self._files

    @property
    def run_folders(self) -> tuple[RunFolder, ...]:
        return self._whole.run_folders

    @property
    def projects(self) -> tuple[Project, ...]:
        return self._whole.projects

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        named = {file.path for file in self._files}
        named |= {folder.path for folder in self._whole.run_folders}
        return tuple(row for row in self._whole.diagnostics if row.path in named)

    def read(self, path: str) -> bytes | None:
        return self._whole.read(path)

    def without(self, paths: Collection[str]) -> "_RunLogs":
        return _RunLogs(self._whole.without(paths))

    def history(self) -> Iterator[GitCommit | GitChange | GitRef]:
        return iter(())


def _is_log(file: SourceFile) -> bool:
    return file.digest is not None and any(reader.accepts(file) for reader in READERS)
