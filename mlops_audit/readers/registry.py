"""All readers, and the one way to run them on a file.

This is the border where a reader's bug stops: whatever one reader does, the rows of the others are
kept and the file is named in a diagnostic.
"""

import hashlib
import re
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from mlops_audit.readers.base import Reader
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import BASE_TABLES, SCHEMA_VERSION, Diagnostic, columns, table_name

#: Packages and modules with a `READERS` tuple, in the order in which their rows are stored.
READER_MODULES = (
    "python",
    "notebook",
    "dependencies",
    "documents",
    "secrets",
    "personal",
    "runs",
    "automation",
    "settings",
    "infrastructure",
    "ignore",
    "suppressions",
)

#: Rows that one reader may return for one file; more are dropped with a diagnostic.
ROW_LIMIT = 200_000

_DIAGNOSTIC = table_name(Diagnostic)
_INTEGER_LIMIT = 2**63 - 1
#: What can become a lone surrogate or a number that is too large: escapes and long numbers.
_ODD = re.compile(rb"\\+[uU]|&#|\d{19}|0[xXoObB][0-9a-fA-F_]{16}|\d_\d")


@lru_cache(maxsize=1)
def readers() -> tuple[Reader, ...]:
    """Return every reader of the package."""
    found: list[Reader] = []
    for name in READER_MODULES:
        module = f"mlops_audit.readers.{name}"
        if find_spec(module) is not None:
            found.extend(getattr(import_module(module), "READERS", ()))
    return tuple(found)


def wanted(file: SourceFile) -> bool:
    """Tell whether any reader wants the content of the file."""
    return any(reader.accepts(file) for reader in readers())


def read_file(file: SourceFile, content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """Run every reader that accepts the file; return table name -> rows in column order."""
    tables: dict[str, list[tuple[Any, ...]]] = {}
    for reader in readers():
        if reader.accepts(file):
            _run(reader, file, content, tables)
    return tables


def readers_version() -> str:
    """Return a digest that changes whenever the rows for the same bytes may change."""
    schema = [(table_name(row), columns(row)) for row in BASE_TABLES]
    versions = sorted((reader.name, reader.version) for reader in readers())
    stated = repr((SCHEMA_VERSION, schema, versions))
    return hashlib.sha256(stated.encode()).hexdigest()[:16]


def _run(
    reader: Reader, file: SourceFile, content: bytes, tables: dict[str, list[tuple[Any, ...]]]
) -> None:
    names = _table_names()
    count = 0
    problem = ""
    # What a plain text says can be stored as it is: most files, and most rows.
    prepare = _storable if not content.isascii() or _ODD.search(content) else tuple[Any, ...]
    try:
        for row in reader.read(file, content):
            if count >= ROW_LIMIT:
                problem = f"More than {ROW_LIMIT:,} facts in this file; the rest was dropped."
                break
            # A reader that yields anything but a base row has a bug: KeyError, caught below.
            tables.setdefault(names[type(row)], []).append(prepare(row))
            count += 1
    except Exception as error:
        problem = f"The reader failed ({type(error).__name__}); its facts are incomplete."
    if problem:
        diagnostic = Diagnostic(file.path, None, reader.name, problem, True)
        tables.setdefault(_DIAGNOSTIC, []).append(_storable(diagnostic))


@lru_cache(maxsize=1)
def _table_names() -> dict[type[Any], str]:
    return {row: table_name(row) for row in BASE_TABLES}


def _storable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the row as a plain tuple that any SQLite database accepts."""
    for value in row:
        if isinstance(value, str):
            if not value.isascii():
                break
        elif isinstance(value, int) and not -_INTEGER_LIMIT <= value <= _INTEGER_LIMIT:
            break
    else:
        return tuple(row)
    return tuple(_storable_value(value) for value in row)


def _storable_value(value: Any) -> Any:
    if isinstance(value, str):
        # Lone surrogates come out of JSON and YAML escapes and cannot be encoded.
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, int):
        return max(-_INTEGER_LIMIT, min(_INTEGER_LIMIT, value))
    return value
