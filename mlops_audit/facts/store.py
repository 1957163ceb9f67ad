"""The fact store: every table of the fact schema in one SQLite database."""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from mlops_audit.errors import AuditError, UsageError
from mlops_audit.schema import (
    SCHEMA_VERSION,
    TABLES,
    Diagnostic,
    columns,
    create_statement,
    table_name,
)

#: Columns of every table, in storage order.
COLUMNS: dict[str, tuple[str, ...]] = {
    table_name(row): tuple(column.name for column in columns(row)) for row in TABLES
}

#: An index is made on every table that has all columns of an entry.
_INDEXES: tuple[tuple[str, ...], ...] = (
    ("path", "scope"),
    ("path", "id"),
    ("path", "call"),
    ("path", "cell"),
    ("path", "position"),
    ("path", "zone"),
    ("target",),
    ("method",),
    ("action", "path", "scope"),
    ("technology", "path"),
    ("category",),
    ("root",),
    ("program",),
    ("name",),
    ("key",),
    ("kind",),
    ("store", "run"),
    ("sha",),
    ("target_path", "target_scope"),
    ("entry_path", "entry_scope"),
    ("trigger_path", "trigger_scope"),
)


_SCHEMA = "".join(f"{create_statement(row)};\n" for row in TABLES) + (
    f"PRAGMA user_version = {SCHEMA_VERSION};"
)
#: Reading a table of fewer rows from start to end is faster than making an index.
_INDEXED_ROWS = 100


class FactStore:
    """Facts about one repository; in memory, or in the file at ``path``."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        """Open an empty store with every table of the schema."""
        self.connection = sqlite3.connect(path, check_same_thread=False)
        self._inserts = {
            table: f"INSERT INTO {table} VALUES ({','.join('?' * len(names))})"
            for table, names in COLUMNS.items()
        }
        if path != ":memory:":
            # A store that was interrupted is thrown away, so durability would only cost time.
            self.connection.execute("PRAGMA journal_mode = MEMORY")
            self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.executescript(_SCHEMA)

    @classmethod
    def open_saved(cls, path: Path) -> Self:
        """Open a facts file read-only.

        Raises:
            UsageError: it is no facts file, or one of another version of the schema.
        """
        if not path.is_file():
            raise UsageError(f"{path} is not a file")
        store = cls.__new__(cls)
        store._inserts = {}
        try:
            store.connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False
            )
            store.connection.execute("PRAGMA trusted_schema = OFF")
            (version,) = store.connection.execute("PRAGMA user_version").fetchone()
            listed = store.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            complete = {name for (name,) in listed} >= set(COLUMNS)
        except sqlite3.Error as error:
            raise UsageError(f"{path} is not a facts file: {error}") from error
        if version != SCHEMA_VERSION or not complete:
            store.close()
            raise UsageError(
                f"{path} is not a facts file of schema version {SCHEMA_VERSION}; scan again"
            )
        return store

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.connection.close()

    def add(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to a table; a row that SQLite refuses becomes a diagnostic."""
        statement = self._inserts[table]
        kept = rows if isinstance(rows, list) else list(rows)
        if not kept:
            return
        self.connection.execute("SAVEPOINT adding")
        try:
            self.connection.executemany(statement, kept)
        except (sqlite3.Error, UnicodeEncodeError, OverflowError):
            self.connection.execute("ROLLBACK TO adding")
            self._add_one_by_one(table, kept)
        finally:
            self.connection.execute("RELEASE adding")

    def add_rows(self, rows: Iterable[NamedTuple]) -> None:
        """Add rows of any table; each row's class says which."""
        tables: dict[type[Any], list[Sequence[Any]]] = {}
        for row in rows:
            tables.setdefault(type(row), []).append(row)
        for kind, group in tables.items():
            self.add(table_name(kind), group)

    def absorb(self, path: Path) -> None:
        """Add every row of the store in a file.

        Raises:
            sqlite3.Error: it is none; nothing was added.
        """
        self.connection.commit()
        self.connection.execute("ATTACH ? AS part", (str(path),))
        try:
            self.connection.execute("BEGIN")
            for table in COLUMNS:
                self.connection.execute(f"INSERT INTO main.{table} SELECT * FROM part.{table}")
            self.connection.commit()
        except sqlite3.Error:
            self.connection.rollback()
            raise
        finally:
            self.connection.execute("DETACH part")

    def _add_one_by_one(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        names = COLUMNS[table]
        for row in rows:
            try:
                self.connection.execute(self._inserts[table], tuple(map(_storable, row)))
            except sqlite3.Error as error:
                if table == "diagnostic":
                    continue
                path = row[names.index("path")] if "path" in names and len(row) > 0 else ""
                problem = f"a row for table {table} was refused: {error}"
                lost = Diagnostic(str(_storable(path)), None, "facts", problem, True)
                self.connection.execute(self._inserts["diagnostic"], lost)

    def finish(self) -> None:
        """Index the tables that have many rows and let SQLite look at them; may be called again."""
        for table, names in COLUMNS.items():
            many = f"SELECT 1 FROM {table} LIMIT 1 OFFSET {_INDEXED_ROWS}"
            if self.connection.execute(many).fetchone() is None:
                continue
            indexes = [index for index in _INDEXES if set(index) <= set(names)]
            if "path" in names and not any(index[0] == "path" for index in indexes):
                indexes.append(("path",))
            for index in indexes:
                self.connection.execute(
                    f"CREATE INDEX IF NOT EXISTS {table}_{'_'.join(index)}"
                    f" ON {table} ({', '.join(index)})"
                )
        self.connection.execute("ANALYZE")
        self.connection.commit()

    def counts(self) -> dict[str, int]:
        """Return how many rows each table holds."""
        return {
            table: int(self.connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])
            for table in COLUMNS
        }

    def save(self, path: Path) -> None:
        """Write the facts to a file, whole or not at all."""
        self.connection.commit()
        try:
            handle, name = tempfile.mkstemp(prefix=".mlops-audit-", dir=path.parent)
            os.close(handle)
            partial = Path(name)
            try:
                with sqlite3.connect(partial) as copy:
                    self.connection.backup(copy)
                copy.close()
                partial.chmod(0o666 & ~_umask())
                partial.replace(path)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
        except (OSError, sqlite3.Error) as error:
            raise AuditError(f"cannot write the facts to {path}: {error}") from error


def _storable(value: Any) -> Any:
    """Return a value that SQLite can hold: no lone surrogates, no integer beyond 64 bits."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return None
    return value


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
