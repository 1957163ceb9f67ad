"""Tables of numbers by step: the last value of each column and how many there are."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping

from mlops_audit.readers.runs.rows import KEY_LIMIT, finite, number

_ROW_LIMIT = 500_000
_COLUMN_LIMIT = 1_000

#: Name of a column -> (last value, values).
Curves = dict[str, tuple[float | None, int]]


def table_curves(content: bytes, delimiter: str = ",") -> Curves:
    """Return the curves of a table with a header; empty cells are no values."""
    lines = content.decode("utf-8-sig", "replace").replace("\0", " ").splitlines()
    rows = csv.reader(lines[:_ROW_LIMIT], delimiter=delimiter)
    curves: Curves = {}
    try:
        header = [name.strip()[:KEY_LIMIT] for name in next(rows, [])[:_COLUMN_LIMIT]]
        for row in rows:
            for name, cell in zip(header, row, strict=False):
                if name and (text := cell.strip()):
                    _, count = curves.get(name, (None, 0))
                    curves[name] = (number(text), count + 1)
    except csv.Error:
        # A cell beyond any size: what was read before stands.
        return curves
    return curves


def record_curves(records: Iterable[object], names: Mapping[str, str] | None = None) -> Curves:
    """Return the curves of a list of mappings; only numbers are values."""
    curves: Curves = {}
    for record in records:
        for name, value in record.items() if isinstance(record, dict) else ():
            if isinstance(value, int | float) and not isinstance(value, bool):
                key = (names or {}).get(str(name), str(name))[:KEY_LIMIT]
                _, count = curves.get(key, (None, 0))
                if count or len(curves) < _COLUMN_LIMIT:
                    curves[key] = (finite(value), count + 1)
    return curves


def plain_json(content: bytes) -> dict[str, object]:
    """Return a JSON object, empty if the content is none."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def items(value: object) -> Iterator[object]:
    """Yield the items of a list, nothing for any other value."""
    if isinstance(value, list):
        yield from value
