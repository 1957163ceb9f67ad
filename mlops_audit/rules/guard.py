"""Running SQL that somebody else wrote: read-only, over known tables, within limits.

SQLite asks the authorizer while it compiles a statement, for every table and column, also those
behind views; the answer is both the refusal of everything else and the list of what a rule needs.
"""

import re
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

RULE_SECONDS = 2.0
ROW_LIMIT = 200_000
_STEPS = 20_000

_FUNCTION_NAMES = """
abs avg ceil ceiling char coalesce concat concat_ws count cume_dist date datetime dense_rank
exp first_value floor format glob group_concat hex ifnull iif instr json json_array
json_array_length json_each json_extract json_group_array json_group_object json_object
json_quote json_type json_valid julianday lag last_value lead length like likely ln log log10
log2 lower ltrim max min mod nth_value ntile nullif percent_rank pow power printf quote rank
replace round row_number rtrim sign sqrt strftime string_agg substr substring sum time total
trim trunc typeof unicode unixepoch unlikely upper
"""
_FUNCTIONS = frozenset(_FUNCTION_NAMES.split())
#: Joins whose columns SQLite does not name to the authorizer.
_UNREPORTED = re.compile(
    r"\busing\s*\(|\bnatural\s+(?:left\s+|inner\s+|cross\s+)?(?:outer\s+)?join\b", re.IGNORECASE
)
_ALWAYS_READABLE = frozenset(("json_each", "json_tree"))
_LIMITS = (
    (sqlite3.SQLITE_LIMIT_LENGTH, 10_000_000),
    (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
    (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 500),
    (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
)


class QueryError(Exception):
    """A query was refused, is wrong or took too long; the message is one sentence."""


class Answer(NamedTuple):
    """What a query gave, and the (table, column) pairs that it read."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    reads: frozenset[tuple[str, str]]


def run(
    connection: sqlite3.Connection,
    sql: str,
    parameters: Mapping[str, Any],
    *,
    tables: Collection[str],
    seconds: float = RULE_SECONDS,
) -> Answer:
    """Answer one SELECT statement that may read the given tables and views only.

    Raises:
        QueryError: it is no such statement, or exceeds a limit.
    """
    if _UNREPORTED.search(sql):
        raise QueryError("JOIN … USING and NATURAL JOIN are not allowed: write JOIN … ON")
    guard = _Guard(frozenset(tables), seconds)
    try:
        with guard.on(connection):
            cursor = connection.execute(sql, dict(parameters))
            columns = tuple(column[0] for column in cursor.description or ())
            rows = cursor.fetchmany(ROW_LIMIT + 1)
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise QueryError(guard.refusal or _problem(error, seconds)) from error
    if len(rows) > ROW_LIMIT:
        raise QueryError(f"it gives more than {ROW_LIMIT:,} rows")
    if not columns:
        raise QueryError("it is not a SELECT statement")
    return Answer(columns, rows, frozenset(guard.reads))


class _Guard:
    def __init__(self, tables: frozenset[str], seconds: float) -> None:
        self.reads: set[tuple[str, str]] = set()
        self.refusal = ""
        self._tables = tables
        self._seconds = seconds

    @contextmanager
    def on(self, connection: sqlite3.Connection) -> Iterator[None]:
        # The first use of a table-valued function declares it, which no guarded query may do.
        connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')").close()
        before = [(limit, connection.setlimit(limit, value)) for limit, value in _LIMITS]
        # Processor time of this thread: a busy machine must not change a verdict.
        end = time.thread_time() + self._seconds
        connection.set_authorizer(self._authorize)
        connection.set_progress_handler(lambda: time.thread_time() > end, _STEPS)
        try:
            yield
        finally:
            connection.set_progress_handler(None, 0)
            connection.set_authorizer(None)
            for limit, value in before:
                connection.setlimit(limit, value)

    def _authorize(
        self,
        action: int,
        first: str | None,
        second: str | None,
        database: str | None,
        source: str | None,
    ) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and first is not None:
            return self._read(first, second or "")
        if action == sqlite3.SQLITE_FUNCTION and second is not None:
            if second.lower() in _FUNCTIONS:
                return sqlite3.SQLITE_OK
            self.refusal = f"the function {second}() is not allowed"
            return sqlite3.SQLITE_DENY
        self.refusal = self.refusal or "only reading is allowed: one SELECT statement"
        return sqlite3.SQLITE_DENY

    def _read(self, table: str, column: str) -> int:
        known = table in self._tables or table in _ALWAYS_READABLE
        # A common table expression of which no column is used is named with an empty column.
        if known or (column == "" and not table.lower().startswith(("sqlite_", "pragma_"))):
            self.reads.add((table, column))
            return sqlite3.SQLITE_OK
        self.refusal = f"the table {table} is not part of the fact schema"
        return sqlite3.SQLITE_DENY


def _problem(error: Exception, seconds: float) -> str:
    text = str(error)
    if text == "interrupted":
        return f"it took more than {seconds:g} seconds"
    if "one statement" in text:
        return "it holds more than one statement"
    return text
