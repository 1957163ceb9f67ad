"""From a repository to facts: read every wanted file, once, and store the rows in order."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from mlops_audit.facts.cache import FactCache, Reading, cache_key, decode
from mlops_audit.facts.store import FactStore
from mlops_audit.facts.workers import Tables, Work, read_here, read_parallel
from mlops_audit.repository.model import Repository, SourceFile
from mlops_audit.schema import Diagnostic, File

#: Called with the name of the stage, files done and files in all.
Progress = Callable[[str, int, int], None]

#: Below this much to read, starting processes costs more than it saves.
_PARALLEL_BYTES = 1_500_000
_FLUSH_ROWS = 20_000


def collect(
    repository: Repository,
    *,
    jobs: int | None = None,
    cache: FactCache | None = None,
    progress: Progress | None = None,
    history: bool = False,
) -> FactStore:
    """Return the facts of a repository: the same rows whatever ``jobs`` and ``cache`` are.

    ``jobs`` is the number of processes; None decides by the amount of work. With ``history``, the
    values of every metric are read from large stores of runs, too.
    """
    store = FactStore()
    store.add_rows([repository.info])
    store.add_rows(repository.projects)
    roots = sorted((project.root for project in repository.projects), key=len, reverse=True)
    rows = _Rows(store)
    files = sorted(repository.files, key=lambda file: file.path)
    for done, (file, reading) in enumerate(_readings(repository, files, jobs, cache), start=1):
        lines, tables = reading
        rows.add({"file": [_file_row(file, lines, roots)]})
        rows.add(tables)
        if progress is not None:
            progress("Reading", done, len(files))
    rows.flush()
    if repository.run_folders:
        from mlops_audit.facts.run_stores import add_run_folders

        add_run_folders(
            store, repository.run_folders, jobs or available_processors(), history=history
        )
    if cache is not None:
        cache.close()
    store.add_rows(repository.history())
    # Last, because reading files and history may have added to them.
    store.add_rows(sorted(set(repository.diagnostics), key=repr))
    store.finish()
    return store


class _Rows:
    """Gathers rows by table, so that SQLite gets few and large insertions."""

    def __init__(self, store: FactStore) -> None:
        self._store = store
        self._tables: dict[str, list[Sequence[Any]]] = {}
        self._count = 0

    def add(self, tables: Tables) -> None:
        for table, rows in tables.items():
            self._tables.setdefault(table, []).extend(rows)
            self._count += len(rows)
        if self._count > _FLUSH_ROWS:
            self.flush()

    def flush(self) -> None:
        for table, rows in self._tables.items():
            self._store.add(table, rows)
        self._tables = {}
        self._count = 0


def _readings(
    repository: Repository,
    files: Sequence[SourceFile],
    jobs: int | None,
    cache: FactCache | None,
) -> Iterator[tuple[SourceFile, Reading]]:
    """Yield what each file says, in the order of ``files``."""
    from mlops_audit.readers.registry import readers_version, wanted

    version = readers_version()
    keys: dict[str, bytes | None] = {
        file.path: cache_key(file, version)
        for file in files
        if file.digest is not None and wanted(file)
    }
    known = cache.get(key for key in keys.values() if key is not None) if cache else {}
    cached: dict[str, Reading] = {}
    for path, key in keys.items():
        reading = decode(known.pop(key)) if key is not None and key in known else None
        if reading is not None:
            cached[path] = reading
    missing = [file for file in files if file.path in keys and file.path not in cached]

    lines: dict[str, int | None] = {}
    results = _read(_contents(repository, missing, lines), missing, jobs)
    for file in files:
        if file.path in cached:
            yield file, cached.pop(file.path)
        elif file.path in keys:
            tables = next(results)
            count = lines.pop(file.path, None)
            key = keys[file.path]
            if cache is not None and key is not None and not _given_up(tables):
                cache.put(key, (count, tables))
            yield file, (count, tables)
        else:
            yield file, (None, {})


def _given_up(tables: Tables) -> bool:
    """Tell whether the clock or the memory decided, which another run may decide otherwise."""
    return any(Diagnostic(*row).reader == "facts" for row in tables.get("diagnostic", ()))


def _contents(
    repository: Repository, files: Iterable[SourceFile], lines: dict[str, int | None]
) -> Iterator[Work | None]:
    for file in files:
        content = repository.read(file.path)
        if content is None:
            yield None
        else:
            lines[file.path] = content.count(b"\n") + (content[-1:] not in (b"", b"\n"))
            yield file, content


def _read(
    work: Iterator[Work | None], files: Sequence[SourceFile], jobs: int | None
) -> Iterator[Tables]:
    processes = _processes(files, jobs)
    if processes == 1:
        for item in work:
            yield {} if item is None else read_here(item)
        return
    # Workers get only files with content; the gaps are filled in again, in order.
    gaps: list[bool] = []

    def readable() -> Iterator[Work]:
        for item in work:
            gaps.append(item is None)
            if item is not None:
                yield item

    position = 0
    for tables in read_parallel(readable(), processes):
        while gaps[position]:
            yield {}
            position += 1
        yield tables
        position += 1
    for _ in gaps[position:]:
        yield {}


def _processes(files: Sequence[SourceFile], jobs: int | None) -> int:
    if multiprocessing.current_process().daemon or len(files) < 2:
        return 1
    if jobs is not None:
        return max(1, min(jobs, len(files)))
    if sum(file.size for file in files) < _PARALLEL_BYTES:
        return 1
    return min(available_processors(), 8)


def available_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def _file_row(file: SourceFile, lines: int | None, roots: Sequence[str]) -> File:
    project = next((root for root in roots if root and file.path.startswith(f"{root}/")), "")
    return File(
        path=file.path,
        name=file.name,
        suffix=file.suffix,
        kind=file.kind,
        size=file.size,
        lines=lines,
        digest=file.digest,
        role=file.role,
        project=project,
        tracked=file.tracked,
        lfs=file.lfs,
        executable=file.executable,
    )
