"""Run stores in SQLite files: MLflow and Optuna."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from mlops_audit.readers.runs.database import MAGIC, Database, open_database, open_database_file
from mlops_audit.readers.runs.mlflow_tables import NEEDED, mlflow_rows, text
from mlops_audit.readers.runs.rows import instant, is_own, metric_row, parameter_row, run_row
from mlops_audit.repository.kinds import DATABASES
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Diagnostic, RunStore

_OPTUNA_STATUS = {
    "COMPLETE": "finished",
    "PRUNED": "killed",
    "FAIL": "failed",
    "RUNNING": "running",
}


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
            elif {"studies", "trials", "trial_values"} <= database.tables:
                yield from _optuna(store, database)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        problem = (
            f"The database could not be read to its end ({str(error)[:80]}). Copy it with"
            " `sqlite3 FILE .recover`, or restore it from a backup."
        )
        yield Diagnostic(store, None, DatabaseReader.name, problem, True)


def _optuna(path: str, database: Database) -> Iterator[Any]:
    studies = dict(database.rows("studies", ("study_id", "study_name")))
    yield RunStore(path, "optuna", 0)
    names: dict[object, str] = {}
    columns = ("trial_id", "number", "study_id", "state", "datetime_start", "datetime_complete")
    for trial, number, study, state, start, end in database.rows("trials", columns):
        title = text(studies.get(study, study))
        names[trial] = run = f"{title}/{text(number)}"
        yield run_row(
            path,
            run,
            path,
            experiment=title,
            status=_OPTUNA_STATUS.get(text(state), "unknown"),
            started_at=instant(text(start)),
            ended_at=instant(text(end)),
        )
    for trial, objective, value in database.rows(
        "trial_values", ("trial_id", "objective", "value")
    ):
        if trial in names:
            key = f"value_{objective}" if objective else "value"
            yield metric_row(path, names[trial], key, value)
    for trial, key, value in database.rows(
        "trial_params", ("trial_id", "param_name", "param_value")
    ):
        if trial in names:
            yield parameter_row(path, names[trial], text(key), text(value))
