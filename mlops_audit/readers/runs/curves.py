"""Tables of numbers by step, as histories of their columns."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlops_audit.readers.runs.history import History
from mlops_audit.readers.runs.rows import KEY_LIMIT, finite, instant, metric_row, number
from mlops_audit.schema import RunMetric, RunPoint

_ROW_LIMIT = 500_000
_COLUMN_LIMIT = 1_000
#: Columns that say at which step or time a row was written.
_STEPS = ("step", "global_step", "_step", "epoch", "iteration", "iter", "training_iteration")
_TIMES = ("timestamp", "_timestamp", "time", "wall_time")
#: A time before the year 2001 is a duration.
_FIRST_TIME = 1_000_000_000

#: Name of a column -> its values.
Curves = dict[str, History]


def table_curves(content: bytes, delimiter: str = ",") -> Curves:
    """Return the curves of a table with a header; empty cells are no values."""
    text = decoded(content).replace("\0", " ")
    rows = csv.reader(text.splitlines()[:_ROW_LIMIT], delimiter=delimiter)
    curves: Curves = {}
    try:
        header = [name.strip()[:KEY_LIMIT] for name in next(rows, [])[:_COLUMN_LIMIT]]
        step_at = _first(header, _STEPS)
        time_at = _first(header, _TIMES)
        for row in rows:
            step = number(row[step_at]) if step_at is not None and step_at < len(row) else None
            time = _time(row[time_at]) if time_at is not None and time_at < len(row) else None
            for name, cell in zip(header, row, strict=False):
                if name and (word := cell.strip()):
                    if (curve := curves.get(name)) is None:
                        curve = curves[name] = History()
                    curve.add(number(word), step, time)
    except csv.Error:
        # A cell beyond any size: what was read before stands.
        return curves
    return curves


def record_curves(records: Iterable[object], names: Mapping[str, str] | None = None) -> Curves:
    """Return the curves of a list of mappings; only numbers are values."""
    curves: Curves = {}
    for record in records:
        if not isinstance(record, dict):
            continue
        step = next((record[name] for name in _STEPS if name in record), None)
        time = next((_time(record[name]) for name in _TIMES if name in record), None)
        for name, value in record.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                key = (names or {}).get(str(name), str(name))[:KEY_LIMIT]
                if key not in curves and len(curves) >= _COLUMN_LIMIT:
                    continue
                curves.setdefault(key, History()).add(finite(value), step, time)
    return curves


def curve_rows(store: str, run: str, curves: Curves) -> Iterator[RunMetric | RunPoint]:
    """Yield the metrics of a run and their histories."""
    for key, curve in curves.items():
        yield metric_row(store, run, key, curve.last, curve.count)
        yield from curve.rows(store, run, key)


def decoded(content: bytes) -> str:
    """Return the text of a log: UTF-8, UTF-16 by its mark, or whatever each byte may mean."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")


def json_lines(content: bytes) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file with one on each line; other lines are skipped."""
    for line in content.splitlines()[:_ROW_LIMIT]:
        if line.strip()[:1] == b"{" and len(line) < 1_000_000:
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict):
                yield found


def numbers(value: object, prefix: str = "", depth: int = 6) -> Iterator[tuple[str, float | None]]:
    """Yield path and value of every number in nested mappings."""
    if isinstance(value, dict):
        for key, child in value.items() if depth else ():
            yield from numbers(child, f"{prefix}/{key}" if prefix else str(key), depth - 1)
    elif isinstance(value, int | float) and not isinstance(value, bool) and prefix:
        yield prefix[:KEY_LIMIT], finite(value)


def _first(header: list[str], names: tuple[str, ...]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)


def _time(value: object) -> float | None:
    if isinstance(value, str):
        found = number(value)
        value = instant(value) if found is None else found
    time = finite(value)
    if time is not None and time > 1_000 * _FIRST_TIME:
        time /= 1_000
    return time if time is not None and time >= _FIRST_TIME else None


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
