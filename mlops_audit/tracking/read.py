"""From tracking addresses to rows of the fact store."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mlops_audit.facts.run_stores import add_database, add_file_store
from mlops_audit.facts.store import FactStore
from mlops_audit.schema import Diagnostic
from mlops_audit.tracking.address import Address

_BATCH = 20_000


def add_tracking_stores(
    store: FactStore, addresses: Iterable[Address], *, jobs: int = 1, history: bool = False
) -> None:
    """Add the runs of every address; what cannot be read becomes a diagnostic.

    Raises:
        UsageError: a library that an address needs is not installed.
    """
    for address in addresses:
        if address.kind == "files":
            _files(store, address, jobs=jobs, history=history)
        elif address.kind == "sqlite":
            _database(store, address, history=history)
        else:
            _add(store, _outside(address, history=history))
    store.finish()


def _files(store: FactStore, address: Address, *, jobs: int, history: bool) -> None:
    add_file_store(store, address.target, address.name, jobs=jobs, history=history)
    if not _runs(store, address):
        problem = (
            "The folder holds no runs of an MLflow file store. Name the one that has a folder for"
            " each experiment, mostly `mlruns`."
        )
        store.add_rows([Diagnostic(address.name, None, "tracking-files", problem, True)])


def _database(store: FactStore, address: Address, *, history: bool) -> None:
    with Path(address.target).open("rb") as file:
        known = file.read(16) == b"SQLite format 3\x00"
    if known:
        add_database(store, address.target, address.name, history=history)
    else:
        problem = "The file is no SQLite database. Name the one that MLFLOW_TRACKING_URI names."
        store.add_rows([Diagnostic(address.name, None, "tracking-database", problem, True)])


def _outside(address: Address, *, history: bool) -> Iterator[Any]:
    if address.kind == "database":
        from mlops_audit.tracking.sql import database_rows

        return database_rows(address.target, address.name, history=history)
    from mlops_audit.tracking.http import Server
    from mlops_audit.tracking.problem import TrackingError
    from mlops_audit.tracking.server import READER, server_rows

    try:
        return server_rows(Server(address.target), address.name, history=history)
    except TrackingError as error:
        return iter([Diagnostic(address.name, None, READER, str(error), True)])


def _add(store: FactStore, rows: Iterator[Any]) -> None:
    waiting: list[Any] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) >= _BATCH:
            store.add_rows(waiting)
            waiting = []
    store.add_rows(waiting)


def _runs(store: FactStore, address: Address) -> int:
    query = "SELECT count(*) FROM run WHERE store = ?"
    return int(store.connection.execute(query, (address.name,)).fetchone()[0])
