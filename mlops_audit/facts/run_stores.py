"""Whole stores of runs into the fact store: in several processes, without a way through pickles.

Each process writes what it read into a database file of its own; SQLite copies from there, which
costs the main process a tenth of what unpacking and inserting the rows would.
"""

import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

from mlops_audit.facts.store import FactStore
from mlops_audit.facts.workers import context
from mlops_audit.readers.runs import file_store
from mlops_audit.readers.runs.file_store import Chunk, Outline
from mlops_audit.readers.runs.mlflow_files import KIND
from mlops_audit.readers.runs.rows import is_own_log
from mlops_audit.repository.model import RunFolder
from mlops_audit.schema import Diagnostic, RunStore

#: Below so many runs, starting processes costs more than it saves.
_PARALLEL_RUNS = 400
_RUN_LIMIT = 200_000


def add_run_folders(
    store: FactStore, folders: Iterable[RunFolder], jobs: int, *, history: bool = False
) -> None:
    """Add the runs of the folders that a repository sets aside."""
    for folder in folders:
        if not is_own_log(folder.path, folder.role):
            continue
        if folder.kind == "database":
            add_database(store, folder.place, folder.path, history=history)
        else:
            add_file_store(store, folder.place, folder.path, jobs=jobs, history=history)


def add_file_store(
    store: FactStore, place: str, name: str, *, jobs: int = 1, history: bool = False
) -> None:
    """Add a file store of MLflow that lies at a place of the disk and is called ``name``."""
    found = file_store.outline(place, name)
    if found.runs > _RUN_LIMIT:
        text = f"More than {_RUN_LIMIT:,} runs; the rest was not read."
        store.add_rows([Diagnostic(name, None, KIND, text, True)])
    work = list(file_store.chunks(_bounded(found), place, name, history=history))
    for table, rows in found.tables.items():
        store.add(table, rows)
    before = _count(store, name)
    if jobs < 2 or found.runs < _PARALLEL_RUNS:
        _add_here(store, work)
    else:
        _add_parallel(store, work, jobs)
    store.add_rows([RunStore(name, KIND, _count(store, name) - before)])


def add_database(store: FactStore, place: str, name: str, *, history: bool = False) -> None:
    """Add the runs of an SQLite file that is too large to be read as one of many files."""
    from mlops_audit.readers.runs.databases import read_database_file

    tables: dict[type[Any], list[Any]] = {}
    for row in read_database_file(place, name, history=history):
        tables.setdefault(type(row), []).append(row)
    for rows in tables.values():
        store.add_rows(rows)


def _bounded(found: Outline) -> Outline:
    kept: list[file_store.Experiment] = []
    left = _RUN_LIMIT
    for experiment in found.experiments:
        kept.append(experiment.first(left))
        left -= len(kept[-1].runs)
    return Outline(kept)


def _count(store: FactStore, name: str) -> int:
    query = "SELECT count(*) FROM run WHERE store = ? AND NOT deleted"
    return int(store.connection.execute(query, (name,)).fetchone()[0])


def _add_here(store: FactStore, work: Sequence[Chunk]) -> None:
    for chunk in work:
        for table, rows in file_store.read_chunk(chunk).items():
            store.add(table, rows)


def _add_parallel(store: FactStore, work: Sequence[Chunk], jobs: int) -> None:
    with tempfile.TemporaryDirectory(prefix="mlops-audit-") as scratch:
        names = count()
        # Few databases with much in each: opening one is dearer than reading some runs.
        size = max(1, -(-len(work) // (4 * jobs)))
        parts = [
            (work[start : start + size], str(Path(scratch, f"{next(names)}.db")))
            for start in range(0, len(work), size)
        ]
        with ProcessPoolExecutor(jobs, mp_context=context()) as pool:
            futures = [pool.submit(_write_part, *part) for part in parts]
            for (chunks, file), future in zip(parts, futures, strict=True):
                try:
                    future.result()
                    store.absorb(Path(file))
                except (BrokenExecutor, OSError, sqlite3.Error):
                    _add_here(store, chunks)


def _write_part(work: Sequence[Chunk], file: str) -> None:
    with FactStore(file) as part:
        _add_here(part, work)
        part.connection.commit()
