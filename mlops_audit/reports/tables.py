"""Loose rows (run logs, statistics) as tables: which columns, in which words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MAX_ROWS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of text."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    hidden: int


def table(caption: str, rows: Any, preferred: tuple[str, ...] = ()) -> Table | None:
    """Return rows of dictionaries as a table, or None if there are none.

    Columns that are preferred come first; a column that is empty everywhere is left out.
    """
    items = [row for row in rows or () if isinstance(row, dict)]
    if not items:
        return None
    names = list(preferred)
    names += [
        name for name in dict.fromkeys(key for row in items for key in row) if name not in names
    ]
    names = [name for name in names if any(row.get(name) not in (None, "") for row in items)]
    return Table(
        caption=caption,
        head=tuple(words(name) for name in names),
        rows=tuple(tuple(cell(name, row.get(name)) for name in names) for row in items[:MAX_ROWS]),
        hidden=max(0, len(items) - MAX_ROWS),
    )


def pairs(values: Any, prefix: str = "") -> tuple[tuple[str, str], ...]:
    """Return a nested dictionary as (name, value) lines."""
    found: list[tuple[str, str]] = []
    for name, value in (values or {}).items() if isinstance(values, dict) else ():
        label = f"{prefix}{words(str(name))}"
        if isinstance(value, dict):
            found += pairs(value, f"{label}: ")
        else:
            found.append((label, cell(str(name), value)))
    return tuple(found)


def words(name: str) -> str:
    """Return a column name as words: `commit_sha` → `Commit sha`."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def cell(name: str, value: Any) -> str:
    """Return one value as text."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("_at") and isinstance(value, int | float):
        try:
            return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d\u00a0%H:%M\u00a0UTC")
        except (OverflowError, OSError, ValueError):
            return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    if isinstance(value, list | tuple):
        return ", ".join(cell("", item) for item in value[:20])
    if isinstance(value, dict):
        return ", ".join(f"{key}: {cell(str(key), item)}" for key, item in value.items())
    text = str(value)
    if name == "source":
        return _tail(text)
    if name in ("commit_sha", "run", "commit") and len(text) > 16:
        return text[:12]
    return text if len(text) <= 300 else text[:299] + "…"


def _tail(path: str) -> str:
    """Return the end of a path of somebody's machine: the folder and the file."""
    parts = path.replace("\\", "/").split("/")
    return path if len(parts) <= 2 else "…/" + "/".join(parts[-2:])
