"""SQLite files, opened from their bytes and asked for nothing but plain tables."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_MAGIC = b"SQLite format 3\x00"
#: Virtual machine steps of all queries together: a second or so.
_STEP_LIMIT = 20_000_000
_STEPS = 10_000
_LENGTH_LIMIT = 1_000_000
_COLUMN_LIMIT = 200
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})


class Database:
    """A database that can only be read, and only table by table."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep the connection and list the plain tables."""
        self._connection = connection
        listed = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        self.tables = frozenset(
            name
            for name, sql in listed
            if isinstance(name, str)
            and isinstance(sql, str)
            and not sql.lstrip()[:40].upper().startswith("CREATE VIRTUAL")
        )

    def rows(
        self, table: str, columns: Sequence[str], *, order: str = "", limit: int = 50_000
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the columns of a table; a column that it does not have is None.

        A view or virtual table that pretends to be the table has no rows.
        """
        if table not in self.tables:
            return
        there = self._connection.execute(f"SELECT * FROM {_quoted(table)} LIMIT 0").description
        names = {name for (name, *_) in there}
        selected = ", ".join(_quoted(name) if name in names else "NULL" for name in columns)
        by = f" ORDER BY {_quoted(order)}" if order in names else ""
        yield from self._connection.execute(
            f"SELECT {selected} FROM {_quoted(table)}{by} LIMIT {limit}"
        )


@contextmanager
def open_database(content: bytes) -> Iterator[Database]:
    """Open a database from its bytes.

    Raises:
        sqlite3.Error: it is none, is damaged, or takes too long; also while its rows are read.
    """
    if not content.startswith(_MAGIC) or len(content) < 100:
        raise sqlite3.DatabaseError("not a database")
    # Written ahead or not, all there is to read is in these bytes.
    image = content[:18] + b"\x01\x01" + content[20:]
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.deserialize(image)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LENGTH_LIMIT)
        connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, _COLUMN_LIMIT)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.set_progress_handler(_budget(), _STEPS)
        connection.set_authorizer(_authorize)
        yield Database(connection)
    finally:
        connection.close()


def _budget() -> Any:
    steps = iter(range(_STEP_LIMIT // _STEPS))
    return lambda: next(steps, None) is None


def _authorize(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
