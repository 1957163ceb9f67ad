"""Run stores in SQLite files: MLflow, Optuna, ZenML and Aim."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from mlops_audit.readers.runs.database import MAGIC, Database, open_database, open_database_file
from mlops_audit.readers.runs.mlflow_tables import NEEDED, mlflow_rows
from mlops_audit.readers.runs.other_tables import other_rows
from mlops_audit.readers.runs.rows import is_own
from mlops_audit.repository.kinds import DATABASES
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Diagnostic


class DatabaseReader:
    """Reads SQLite files that hold runs or trials."""

    name = "runs-database"
    version = 2

    def accepts(self, file: SourceFile) -> bool:
        """Accept SQLite files by their suffix."""
        return file.suffix in DATABASES and is_own(file)

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield runs of a tracking store or trials of a study; nothing for other databases."""
        if content.startswith(MAGIC):
            yield from _rows(file.path, lambda: open_database(content), history=False)


def read_database_file(place: str, store: str, *, history: bool = False) -> Iterator[Any]:
    """Yield the runs of a database where it lies on the disk; it is called ``store``.

    It is opened so that nothing is written and no lock is taken or minded.
    """
    wal = Path(f"{place}-wal")
    if wal.is_file() and wal.stat().st_size:
        problem = (
            "The last changes stand in the -wal file beside the database and are not read. Stop"
            " what writes to it, or let SQLite write them back: PRAGMA wal_checkpoint(TRUNCATE)."
        )
        yield Diagnostic(store, None, DatabaseReader.name, problem, True)
    yield from _rows(store, lambda: open_database_file(place), history=history)


def _rows(
    store: str, opened: Callable[[], AbstractContextManager[Database]], *, history: bool
) -> Iterator[Any]:
    try:
        with opened() as database:
            if database.tables >= NEEDED:
                yield from mlflow_rows(store, database, history=history)
            else:
                yield from other_rows(store, database)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        problem = (
            f"The database could not be read to its end ({str(error)[:80]}). Copy it with"
            " `sqlite3 FILE .recover`, or restore it from a backup."
        )
        yield Diagnostic(store, None, DatabaseReader.name, problem, True)
