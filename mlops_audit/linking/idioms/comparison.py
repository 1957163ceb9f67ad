"""Comparisons of sizes: conditions of the code and assertions of its tests."""

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from mlops_audit.linking.idioms.facts import Site
from mlops_audit.schema import CallArgument

_ASSERTIONS = {
    "assertGreater": ">",
    "assertGreaterEqual": ">=",
    "assertLess": "<",
    "assertLessEqual": "<=",
    "assert_array_less": "<",
}


class Test(NamedTuple):
    """One comparison, and what follows from it."""

    site: Site
    end_line: int
    kind: str
    in_loop: bool
    names: tuple[str, ...]
    operators: frozenset[str]
    numbers: tuple[str, ...]
    consequence: frozenset[str]
    calls: tuple[str, ...]


def tests_of_size(connection: sqlite3.Connection) -> Iterator[Test]:
    """Yield every comparison with < <= > >= that decides something or is asserted."""
    yield from _conditions(connection)
    yield from _assertions(connection)


def _conditions(connection: sqlite3.Connection) -> Iterator[Test]:
    query = (
        "SELECT path, cell, line, scope, end_line, kind, in_loop, names, operators, numbers,"
        " consequence, calls FROM condition WHERE kind IN ('if', 'assert', 'return', 'value')"
        " AND (operators LIKE '%<%' OR operators LIKE '%>%') ORDER BY path, cell, line"
    )
    for row in connection.execute(query):
        path, cell, line, scope, end_line, kind, in_loop, names, operators, *rest = row
        numbers, consequence, calls = rest
        yield Test(
            Site(path, cell, line, scope),
            end_line or line,
            kind,
            bool(in_loop),
            tuple(names.split()),
            frozenset(operators.split()),
            tuple(numbers.split()),
            frozenset(consequence.split()),
            tuple(calls.split()),
        )


def _assertions(connection: sqlite3.Connection) -> Iterator[Test]:
    query = (
        "SELECT c.path, c.cell, c.line, c.scope, c.end_line, c.in_loop, c.method, c.id"
        f" FROM call c WHERE c.method IN ({','.join('?' * len(_ASSERTIONS))}) ORDER BY c.path, c.id"
    )
    calls = connection.execute(query, sorted(_ASSERTIONS)).fetchall()
    if not calls:
        return
    compared: dict[tuple[str, int], list[CallArgument]] = {}
    query = (
        "SELECT a.* FROM call c JOIN call_argument a ON a.path = c.path AND a.call = c.id"
        f" WHERE c.method IN ({','.join('?' * len(_ASSERTIONS))}) AND a.position < 2"
        " ORDER BY a.path, a.call, a.position"
    )
    for row in connection.execute(query, sorted(_ASSERTIONS)):
        argument = CallArgument(*row)
        compared.setdefault((argument.path, argument.call), []).append(argument)
    for path, cell, line, scope, end_line, in_loop, method, call in calls:
        arguments = compared.get((path, call), [])
        names = [one.value for one in arguments if one.kind != "number" and one.value]
        yield Test(
            Site(path, cell, line, scope),
            end_line or line,
            "assert",
            bool(in_loop),
            tuple(name.lower() for name in names),
            frozenset({_ASSERTIONS[method]}),
            tuple(one.value or "" for one in arguments if one.kind == "number"),
            frozenset({"raise"}),
            (),
        )


def number_of(text: str) -> float:
    """Return a number, 0 for what is none."""
    try:
        return float(text)
    except ValueError:
        return 0.0
