"""Edges from code that names what it starts: another DAG, or a component of a definition file."""

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from mlops_audit.linking.commands import CommandIndex
from mlops_audit.linking.index import Unit
from mlops_audit.schema import CallEdge

#: Calls whose argument is the path of a definition file, and how the argument is called.
_LOADERS = {
    "load_component_from_file": ("filename",),
    "load_component": ("source", "yaml_file"),
    "load_job": ("source",),
}
_SUFFIXES = (".yml", ".yaml")


class _Named(NamedTuple):
    path: str
    cell: int | None
    line: int | None
    scope: str
    value: str


def code_start_edges(connection: sqlite3.Connection, commands: CommandIndex) -> list[CallEdge]:
    """Return an edge from each call that starts what it names to what is meant."""
    return list(dict.fromkeys((*_dags(connection), *_files(connection, commands))))


def _files(connection: sqlite3.Connection, commands: CommandIndex) -> Iterator[CallEdge]:
    for method, keywords in _LOADERS.items():
        for named in _calls(connection, method, keywords):
            if named.value.endswith(_SUFFIXES):
                found = commands.find(named.value, named.path, "")
                if found is not None and found != named.path:
                    yield _edge(named, Unit(found, ""))


def _dags(connection: sqlite3.Connection) -> Iterator[CallEdge]:
    """Airflow: `TriggerDagRunOperator(trigger_dag_id="retrain")`."""
    starting = list(_calls(connection, "TriggerDagRunOperator", ("trigger_dag_id",)))
    if not starting:
        return
    known: dict[str, set[Unit]] = {}
    for named in _calls(connection, "DAG", ("dag_id",)):
        known.setdefault(named.value, set()).add(Unit(named.path, named.scope))
    query = (
        "SELECT d.path, d.qualname, (SELECT a.value FROM call_argument a WHERE a.path = d.path"
        " AND a.call = d.call AND a.kind = 'string' AND (a.keyword = 'dag_id' OR a.position = 0)"
        " ORDER BY a.keyword IS NULL LIMIT 1)"
        " FROM decorator d WHERE d.target LIKE 'airflow.%.dag' OR d.target = 'airflow.dag'"
    )
    for path, qualname, identity in connection.execute(query):
        known.setdefault(identity or qualname, set()).add(Unit(path, qualname))
    for named in starting:
        units = known.get(named.value, set())
        if len(units) == 1 and (unit := next(iter(units))) != (named.path, named.scope):
            yield _edge(named, unit)


def _calls(
    connection: sqlite3.Connection, method: str, keywords: tuple[str, ...]
) -> Iterator[_Named]:
    marks = ",".join("?" * len(keywords))
    query = (
        "SELECT c.path, c.cell, c.line, c.scope, a.value FROM call c"
        " JOIN call_argument a ON a.path = c.path AND a.call = c.id"
        f" WHERE c.method = ? AND a.kind = 'string' AND a.value IS NOT NULL"
        f" AND (a.keyword IN ({marks}) OR (a.keyword IS NULL AND a.position = 0))"
        " ORDER BY c.path, c.id LIMIT 5000"
    )
    for row in connection.execute(query, (method, *keywords)).fetchall():
        yield _Named(*row)


def _edge(named: _Named, unit: Unit) -> CallEdge:
    return CallEdge(named.path, named.scope, named.cell, named.line, *unit, "launch", "high")
