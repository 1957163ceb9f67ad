"""A cache of what the readers said, by content.

One SQLite file below the user's cache folder. Nothing depends on it: whatever is wrong with it
(read-only home, another process, damage), the audit goes on without.
"""

import contextlib
import hashlib
import json
import sqlite3
import time
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from mlops_audit.derived import cache_folder
from mlops_audit.facts.store import COLUMNS
from mlops_audit.repository.model import SourceFile

#: What is kept for one file: physical lines, and rows by table.
Reading = tuple[int | None, dict[str, list[Sequence[Any]]]]

SIZE_LIMIT = 256 * 1024 * 1024
_VALUE_LIMIT = 32 * 1024 * 1024
_DAY = 86_400
_SCHEMA = """
CREATE TABLE IF NOT EXISTS reading (
  key BLOB PRIMARY KEY, value BLOB NOT NULL, size INTEGER NOT NULL, day INTEGER NOT NULL
) WITHOUT ROWID
"""


class FactCache:
    """Readings of files by content digest, path and version of the readers."""

    def __init__(self, folder: Path | None = None, *, never_below: Path | None = None) -> None:
        """Use the cache in a folder, unless that lies inside ``never_below``."""
        self._database: sqlite3.Connection | None = None
        self._used: list[bytes] = []
        self._new: list[tuple[bytes, bytes]] = []
        place = folder or cache_folder(never_below=never_below)
        self._file = place / "facts.sqlite" if place else None

    @classmethod
    def open_default(cls, *, never_below: Path | None = None) -> Self:
        """Open the user's cache, unless it lies inside the audited repository."""
        return cls(never_below=never_below)

    def __enter__(self) -> Self:
        """Return the cache itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Write what is new and close the cache."""
        self.close()

    def _connect(self) -> sqlite3.Connection | None:
        if self._database is None and self._file is not None:
            try:
                self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._database = _open(self._file)
            except sqlite3.DatabaseError as error:
                if _is_damage(error):
                    self._rebuild()
            except OSError:
                self._file = None
        return self._database

    def _rebuild(self) -> None:
        self._disconnect()
        file, self._file = self._file, None
        if file is not None:
            # A file that cannot even be replaced is not tried again.
            with contextlib.suppress(OSError, sqlite3.Error):
                file.unlink(missing_ok=True)
                self._database = _open(file)
                self._file = file

    def get(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return the stored values of those keys that are known."""
        found: dict[bytes, bytes] = {}
        wanted = list(keys)
        database = self._connect()
        if database is None:
            return found
        try:
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                marks = ",".join("?" * len(part))
                rows = database.execute(
                    f"SELECT key, value FROM reading WHERE key IN ({marks})", part
                )
                found.update(rows)
        except sqlite3.DatabaseError as error:
            if _is_damage(error):
                self._rebuild()
            return {}
        self._used.extend(found)
        return found

    def put(self, key: bytes, reading: Reading) -> None:
        """Remember a reading; it is written when the cache is closed."""
        if self._file is None:
            return
        with contextlib.suppress(ValueError, TypeError):
            text = json.dumps(reading, separators=(",", ":"))
            self._new.append((key, zlib.compress(text.encode("utf-8", "surrogatepass"), 1)))

    def close(self) -> None:
        """Write what is new, forget what was not used for long; a later use opens it again."""
        if (self._new or self._used) and (database := self._connect()) is not None:
            with contextlib.suppress(sqlite3.Error):
                self._write(database)
        self._new, self._used = [], []
        self._disconnect()

    def _write(self, database: sqlite3.Connection) -> None:
        today = int(time.time()) // _DAY
        database.execute("BEGIN IMMEDIATE")
        try:
            database.executemany(
                "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?)",
                [(key, value, len(value), today) for key, value in self._new],
            )
            database.executemany(
                "UPDATE reading SET day = ? WHERE key = ? AND day <> ?",
                [(today, key, today) for key in self._used],
            )
            total = database.execute("SELECT COALESCE(SUM(size), 0) FROM reading").fetchone()[0]
            if total > SIZE_LIMIT:
                _forget_oldest(database, total - SIZE_LIMIT // 2)
            database.execute("COMMIT")
        except sqlite3.Error:
            with contextlib.suppress(sqlite3.Error):
                database.execute("ROLLBACK")
            raise

    def _disconnect(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def _open(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file, timeout=2.0, isolation_level=None)
    try:
        database.execute("PRAGMA synchronous = OFF")
        database.execute(_SCHEMA)
        database.execute("SELECT key, value, size, day FROM reading LIMIT 1").fetchone()
    except sqlite3.Error:
        database.close()
        raise
    return database


def cache_key(file: SourceFile, version: str) -> bytes | None:
    """Return the key of a file's reading, or None if its content has no identity."""
    if file.digest is None:
        return None
    parts = (version, file.digest, file.path, file.kind, file.role, str(file.size), str(file.lfs))
    text = "\0".join((*parts, str(file.tracked), str(file.executable)))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def decode(value: bytes) -> Reading | None:
    """Return the reading in a stored value, or None if it is damaged."""
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(value, _VALUE_LIMIT)
        if not unpacker.eof:
            return None
        lines, tables = json.loads(text.decode("utf-8", "surrogatepass"))
        for table, rows in tables.items():
            width = len(COLUMNS[table])
            if any(len(row) != width for row in rows):
                return None
    except (zlib.error, ValueError, TypeError, KeyError, AttributeError):
        return None
    return lines, tables


def _forget_oldest(database: sqlite3.Connection, excess: int) -> None:
    old: list[tuple[bytes]] = []
    for key, size in database.execute("SELECT key, size FROM reading ORDER BY day, key"):
        if excess <= 0:
            break
        old.append((key,))
        excess -= size
    database.executemany("DELETE FROM reading WHERE key = ?", old)


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Tell damage or an unknown layout from a lock or a read-only file."""
    if isinstance(error, sqlite3.OperationalError):
        return "no such column" in str(error)
    return True
