"""SQLite files, opened from their bytes and asked for nothing but plain tables."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MAGIC = b"SQLite format 3\x00"
#: Virtual machine steps of all queries together: a second or so.
_STEP_LIMIT = 20_000_000
#: The same for a database that is read as a whole: a minute or so.
_FILE_STEP_LIMIT = 4_000_000_000
_ROW_LIMIT = 50_000
_FILE_ROW_LIMIT = 20_000_000
_STEPS = 10_000
_LENGTH_LIMIT = 1_000_000
_COLUMN_LIMIT = 200
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})


class Database:
    """A database that can only be read, and only table by table."""

    def __init__(self, connection: sqlite3.Connection, row_limit: int) -> None:
        """Keep the connection and list the plain tables."""
        self._connection = connection
        self._limit = row_limit
        listed = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        self.tables = frozenset(
            name
            for name, sql in listed
            if isinstance(name, str)
            and isinstance(sql, str)
            and not sql.lstrip()[:40].upper().startswith("CREATE VIRTUAL")
        )

    def rows(
        self, table: str, columns: Sequence[str], *, order: str = ""
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the columns of a table; a column that it does not have is None.

        A view or virtual table that pretends to be the table has no rows.
        """
        if table not in self.tables:
            return
        names = self._columns(table)
        selected = ", ".join(_quoted(name) if name in names else "NULL" for name in columns)
        by = f" ORDER BY {_quoted(order)}" if order in names else ""
        yield from self._connection.execute(
            f"SELECT {selected} FROM {_quoted(table)}{by} LIMIT {self._limit}"
        )

    def counts(self, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Yield each combination of the columns of a table and how many rows have it."""
        if table not in self.tables or not self._columns(table).issuperset(columns):
            return
        selected = ", ".join(map(_quoted, columns))
        yield from self._connection.execute(
            f"SELECT {selected}, count(*) FROM {_quoted(table)} GROUP BY {selected}"
            f" LIMIT {self._limit}"
        )

    def _columns(self, table: str) -> set[str]:
        there = self._connection.execute(f"SELECT * FROM {_quoted(table)} LIMIT 0").description
        return {name for (name, *_) in there}


@contextmanager
def open_database(content: bytes) -> Iterator[Database]:
    """Open a database from its bytes.

    Raises:
        sqlite3.Error: it is none, is damaged, or takes too long; also while its rows are read.
    """
    if not content.startswith(MAGIC) or len(content) < 100:
        raise sqlite3.DatabaseError("not a database")
    # Written ahead or not, all there is to read is in these bytes.
    image = content[:18] + b"\x01\x01" + content[20:]
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.deserialize(image)
        yield _guarded(connection, _STEP_LIMIT, _ROW_LIMIT)
    finally:
        connection.close()


@contextmanager
def open_database_file(place: str) -> Iterator[Database]:
    """Open a database on the disk as it lies there: nothing is written, no lock is taken.

    Raises:
        sqlite3.Error: it is none, is damaged, or takes too long; also while its rows are read.
    """
    address = f"{Path(place).absolute().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    try:
        yield _guarded(connection, _FILE_STEP_LIMIT, _FILE_ROW_LIMIT)
    finally:
        connection.close()


def _guarded(connection: sqlite3.Connection, steps: int, rows: int) -> Database:
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LENGTH_LIMIT)
    connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, _COLUMN_LIMIT)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.set_progress_handler(_budget(steps), _STEPS)
    connection.set_authorizer(_authorize)
    return Database(connection, rows)


def _budget(limit: int) -> Any:
    steps = iter(range(limit // _STEPS))
    return lambda: next(steps, None) is None


def _authorize(action: int, _: object, name: str | None, *__: object) -> int:
    counts = action == sqlite3.SQLITE_FUNCTION and name == "count"
    return sqlite3.SQLITE_OK if action in _ALLOWED or counts else sqlite3.SQLITE_DENY


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
