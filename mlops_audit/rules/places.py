"""From the rows of a query to places."""

from collections.abc import Iterable, Mapping
from typing import Any

from mlops_audit.rules.guard import Answer, QueryError
from mlops_audit.rules.keys import RESERVED_COLUMNS
from mlops_audit.rules.lint import FIELD
from mlops_audit.rules.model import STRENGTHS, Place, Rule

_VALUE_LIMIT = 200


def rows_of(answer: Answer, rule: Rule, zones: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the distinct rows in the rule's zones as mappings; rows without a path are kept."""
    found = []
    for row in dict.fromkeys(answer.rows):
        values = dict(zip(answer.columns, row, strict=True))
        path = values.get("path")
        zone = zones.get(path) if isinstance(path, str) else None
        if zone is None or zone in rule.zones:
            found.append(values)
    return found


def place_of(row: Mapping[str, Any], rule: Rule) -> Place:
    """Return the place of a row, without a message.

    Raises:
        QueryError: a reserved column holds what it must not.
    """
    ok = row["ok"]
    if ok is not None and not isinstance(ok, int | float):
        raise QueryError(f"the column ok holds {ok!r} instead of 1, 0 or NULL")
    strength = row.get("strength")
    if strength is not None and strength not in STRENGTHS:
        raise QueryError(f"the column strength holds {strength!r}")
    path, subject = row.get("path"), row.get("subject")
    return Place(
        path=path if isinstance(path, str) and path else None,
        line=_number(row, "line"),
        end_line=_number(row, "end_line"),
        cell=_number(row, "cell"),
        subject=None if subject is None else str(subject),
        ok=None if ok is None else bool(ok),
        strength=strength or rule.proves,
        message="",
        data={key: value for key, value in row.items() if key not in RESERVED_COLUMNS},
    )


def nowhere(message: str, *, ok: bool | None, strength: str | None) -> Place:
    """Return a place that is the repository as a whole."""
    return Place(
        path=None,
        line=None,
        end_line=None,
        cell=None,
        subject=None,
        ok=ok,
        strength=strength,
        message=message,
        data={},
    )


def fill(message: str, values: Mapping[str, Any]) -> str:
    """Replace each ``{column}`` by its value; nothing else in a message is special."""
    return FIELD.sub(lambda match: _shown(values.get(match[1], match[0])), message)


def in_order(places: Iterable[Place]) -> tuple[Place, ...]:
    """Return places by path, cell, line, subject and message."""
    return tuple(sorted(places, key=order_of))


def order_of(place: Place) -> tuple[Any, ...]:
    """Return the key by which places are sorted."""
    cell = -1 if place.cell is None else place.cell
    line = -1 if place.line is None else place.line
    return (place.path or "", cell, line, place.subject or "", place.message, repr(place.data))


def _number(row: Mapping[str, Any], column: str) -> int | None:
    value = row.get(column)
    if value is None or isinstance(value, int):
        return value
    raise QueryError(f"the column {column} holds {value!r} instead of a number")


def _shown(value: Any) -> str:
    if value is None:
        return "?"
    if isinstance(value, float):
        return f"{value:g}"
    text = " ".join(str(value).split())
    return text if len(text) <= _VALUE_LIMIT else f"{text[: _VALUE_LIMIT - 1]}…"
