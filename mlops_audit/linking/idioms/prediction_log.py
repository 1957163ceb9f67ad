"""Prediction logging: a service keeps what it was asked and what it answered."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from mlops_audit.linking.idioms.facts import Known, Site, idiom, name_parts
from mlops_audit.linking.idioms.reached import Reached
from mlops_audit.linking.index import Unit
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

#: Calls that keep a row somewhere, by method; the receiver may have to be of a kind.
_KEEPING: dict[str, frozenset[str]] = {
    "writerow": frozenset(),
    "writerows": frozenset(),
    "insert_one": frozenset(),
    "insert_many": frozenset(),
    "insert_rows_json": frozenset(),
    "put_record": frozenset(),
    "put_records": frozenset(),
    "put_item": frozenset(),
    "put_object": frozenset(),
    "upload_from_string": frozenset(),
    "upload_blob": frozenset(),
    "append_row": frozenset(),
    "to_sql": frozenset(),
    "insert": words("table supabase db collection client cursor"),
    "add": words("session db collection collections database firestore"),
    "set": words("document doc ref"),
    "create": words("objects"),
    "send": words("producer kafka queue"),
    "produce": words("producer kafka"),
    "publish": words("publisher producer client channel redis mqtt"),
    "send_message": words("sqs queue client"),
    "lpush": frozenset(),
    "rpush": frozenset(),
    "xadd": frozenset(),
    # To a service that watches the model; only from a function that is named so.
    "post": words("requests httpx session client"),
}
_INSERT = re.compile(r"\s*insert\s+(?:or\s+\w+\s+)?into\b", re.IGNORECASE)
_LOGGING = words("log save store record insert write send track persist append publish push add")
_SUBJECT = words(
    """
    prediction predictions predict pred preds request requests inference result results input
    inputs output outputs response responses sample features row query chat conversation history
    answer message messages supabase bigquery firestore db database kafka csv
    """
)
_OTHER = words("feedback user users login token session error errors cache alert health")


class _Write(NamedTuple):
    cell: int | None
    line: int
    call: int
    name: str


def prediction_logs(
    connection: sqlite3.Connection, known: Known, reached: Reached
) -> Iterator[Action]:
    """Yield `log_prediction` where a service or what it calls keeps its answers."""
    writes = _writes(connection)
    done: set[Unit] = set()
    serving = [*known.of_kind("serve"), *known.of_kind("demo_app")]
    for service in serving:
        if service.via != "idiom":
            continue
        start = Unit(service.path, service.scope)
        for unit in reached.units(start):
            if unit in done or unit not in writes or not known.written(unit.path):
                continue
            write = next((one for one in writes[unit] if _is_log(unit, start, one)), None)
            if write is None:
                continue
            done.add(unit)
            yield idiom(
                Site(unit.path, write.cell, write.line, unit.scope),
                "log_prediction",
                f"{write.name}() in {unit.scope or unit.path}",
                call=write.call,
                confidence="medium",
            )


def _is_log(unit: Unit, start: Unit, write: _Write) -> bool:
    """Tell whether a unit that writes is there for the answers: the service, or by its name."""
    parts = set(name_parts(unit.scope.rpartition(".")[2]))
    if parts & _OTHER:
        return False
    if unit == start:
        return not write.name.endswith(".post")
    return bool(parts & _LOGGING and parts & _SUBJECT)


def _writes(connection: sqlite3.Connection) -> dict[Unit, list[_Write]]:
    found: dict[Unit, list[_Write]] = defaultdict(list)
    methods = sorted(_KEEPING)
    query = (
        "SELECT path, scope, cell, line, id, name, method, receiver FROM call"
        f" WHERE method IN ({','.join('?' * len(methods))}) ORDER BY path, id"
    )
    for path, scope, cell, line, call, name, method, receiver in connection.execute(query, methods):
        wanted = _KEEPING[method]
        if not wanted or set(name_parts(receiver)) & wanted:
            found[Unit(path, scope)].append(_Write(cell, line, call, _short(name)))
    query = (
        "SELECT c.path, c.scope, c.cell, c.line, c.id, c.name, c.method, a.position, a.keyword,"
        " a.value FROM call c JOIN call_argument a ON a.path = c.path AND a.call = c.id"
        " WHERE c.method IN ('open', 'to_csv', 'execute', 'executemany', 'open_json')"
        " AND a.kind IN ('string', 'fstring') AND a.value IS NOT NULL ORDER BY c.path, c.id"
    )
    for path, scope, cell, line, call, name, method, position, keyword, value in connection.execute(
        query
    ):
        if method in ("execute", "executemany"):
            keeps = position == 0 and _INSERT.match(value) is not None
        else:
            mode = keyword == "mode" or (method == "open" and position == 1 and keyword is None)
            keeps = mode and value.startswith("a")
        if keeps:
            found[Unit(path, scope)].append(_Write(cell, line, call, _short(name)))
    return found


def _short(name: str) -> str:
    return name if len(name) <= 60 else f"….{name.rpartition('.')[2]}"
