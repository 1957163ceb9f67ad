"""Checks of data that are written by hand: functions that validate, tests that assert on files."""

import sqlite3
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import Known, Site, idiom, name_parts
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

_CHECKING = words("validate validates validation validator check checks verify ensure quality")
_DATA = words(
    """
    data dataset datasets schema df dataframe frame columns column features feature quality nulls
    null missing raw rows csv table duplicates ranges types distribution
    """
)
#: Data of a request, of a person, of a configuration.
_OTHER = words(
    """
    request requests payload token user form args arguments config configuration settings email
    path paths file files url params parameters response input inputs api model credentials
    """
)
#: Modules of data that come with a library.
_TOY_DATA = words("datasets load_dataset data_sets")
#: What is asked of the columns and values of a table.
_ASKED = words(
    """
    columns column isnull isna notnull notna dtypes dtype duplicated empty issubset nunique schema
    null nulls missing nan isin
    """
)


def data_checks(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """Yield `validate_data` and `data_test` for tables that are checked by hand."""
    query = (
        "SELECT path, cell, line, scope, kind, names, consequence FROM condition"
        " WHERE kind IN ('if', 'assert', 'return') ORDER BY path, cell, line"
    )
    done: set[tuple[str, str]] = set()
    reading = _reading_tests(connection, known)
    for path, cell, line, scope, kind, names, consequence in connection.execute(query):
        role = known.roles.get(path)
        if role is None or (path, scope) in done:
            continue
        asked = any(set(name_parts(name)) & _ASKED for name in names.split())
        if not asked:
            continue
        site = Site(path, cell, line, scope)
        name = scope or path.rpartition("/")[2]
        if role == "test":
            if kind == "assert" and (path, scope) in reading:
                done.add((path, scope))
                yield idiom(site, "data_test", name, confidence="medium")
        elif _is_check(scope) and {"raise", "exit", "return"} & set(consequence.split()):
            done.add((path, scope))
            yield idiom(site, "validate_data", name, confidence="medium")


def _reading_tests(connection: sqlite3.Connection, known: Known) -> set[tuple[str, str]]:
    """Return the tests of files: they read one that they did not write, and call nothing else.

    A test that hands what it read to code of the repository tests that code.
    """
    found = {
        (action.path, action.scope)
        for action in known.of_kind("load_data")
        if known.roles.get(action.path) == "test"
        and action.scope
        and not _TOY_DATA & set(action.name.split("."))
        and "save_data" not in known.of_scope(action.path, action.scope)
    }
    if not found:
        return found
    modules = {name for (name,) in connection.execute("SELECT DISTINCT module FROM module")}
    tails = ({name.partition(".")[2] for name in modules} | modules) - {""}
    query = (
        "SELECT DISTINCT c.path, c.scope, c.target FROM call c JOIN file f ON f.path = c.path"
        " WHERE f.role = 'test' AND substr(c.target, 1, 1) NOT IN ('.', '?')"
    )
    for path, scope, target in connection.execute(query):
        owner = target.rpartition(".")[0]
        if (path, scope) in found and (owner in tails or owner.rpartition(".")[0] in tails):
            found.discard((path, scope))
    return found


def _is_check(scope: str) -> bool:
    parts = set(name_parts(scope))
    last = set(name_parts(scope.rpartition(".")[2]))
    return bool(last & _CHECKING and parts & _DATA and not parts & _OTHER)
