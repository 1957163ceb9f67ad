"""Columns of data: choosing, dropping and writing them."""

import ast

from mlops_audit.readers.python.flow.arguments import strings
from mlops_audit.readers.python.flow.knowledge import part_by_name
from mlops_audit.readers.python.flow.rows import Columns, Site
from mlops_audit.readers.python.flow.state import State, limited
from mlops_audit.readers.python.flow.values import Const, Data, Lesson, Score, Value

LAST = "#last"
#: Keys that stand for parts of a data set, whatever else is known of it.
_PARTS = frozenset({"train", "validation", "valid", "val", "test"})


def unsure(data: Data) -> Data:
    columns = data.columns
    if columns is not None and columns.kept is not None:
        columns = None
    elif columns is not None:
        columns = columns._replace(sure=False)
    return data._replace(columns=columns, series=False, opaque=False)


def column(state: State, data: Data, names: list[str], *, series: bool) -> Data:
    """Return some columns of data."""
    if series and (names[0] in _PARTS or (data.opaque and part_by_name(names[0]))):
        rows = data.rows.part_of(("key", names[0]))
        if not rows.part:
            rows.part, rows.named = part_by_name(names[0]), True
            rows.parent = None
        return data._replace(rows=rows)
    columns = data.columns
    if columns is not None:
        columns.frame.seen.update(names[:200])
        columns = Columns(columns.frame, frozenset(names))
    lessons = _of_columns(data.lessons, frozenset(names))
    return data._replace(columns=columns, lessons=lessons, series=series, opaque=False)


def _of_columns(lessons: frozenset[Lesson], names: frozenset[str]) -> frozenset[Lesson]:
    """Return the lessons that may have shaped some columns."""
    return frozenset(one for one in lessons if not one.columns or not one.columns.isdisjoint(names))


def columns_at(data: Data, node: ast.expr, key: Value) -> Data:
    names = strings(key)
    columns = data.columns
    if isinstance(key, Score):
        return unsure(data)._replace(lessons=data.lessons | key.lessons)
    if columns is None:
        return data._replace(series=False, opaque=False)
    if names is not None:
        columns.frame.seen.update(names[:200])
        return data._replace(
            columns=Columns(columns.frame, frozenset(names)),
            lessons=_of_columns(data.lessons, frozenset(names)),
            series=isinstance(key, Const),
            opaque=False,
        )
    if isinstance(node, ast.Slice):
        if node.lower is None and node.upper is None:
            return data
    elif isinstance(key, Const) and key.value == -1 and columns.kept is None and columns.sure:
        return data._replace(
            columns=Columns(columns.frame, frozenset({LAST})), series=True, opaque=False
        )
    return unsure(data)


def without(state: State, data: Data, names_value: Value) -> Data:
    """Return data without some columns."""
    names = strings(names_value)
    columns = data.columns
    if columns is None:
        return data._replace(series=False, opaque=False)
    if names is None:
        return unsure(data)
    columns.frame.seen.update(names[:200])
    if columns.kept is not None:
        columns = columns._replace(kept=columns.kept - set(names))
    elif len(columns.dropped) < 500:
        columns = columns._replace(dropped=columns.dropped | set(names))
    gone = frozenset(names)
    lessons = frozenset(one for one in data.lessons if not one.columns or not one.columns <= gone)
    return data._replace(columns=columns, lessons=lessons, series=False, opaque=False)


def written(state: State, data: Data, keys: list[str], value: Value, site: Site) -> Data:
    """Return data after `data[keys] = value`; no keys if it is not known what is written."""
    names = frozenset(keys[:200])
    columns, lessons, time = data.columns, data.lessons, data.time
    taught: frozenset[Lesson] = frozenset()
    if isinstance(value, Data):
        taught = value.lessons - lessons
        time = time or value.time
        _derive(columns, value, keys, site)
    elif isinstance(value, Score):
        taught = frozenset(one for one in value.lessons if one.kind != "statistic")
    if taught:
        lessons = limited(lessons | {one._replace(columns=names) for one in taught})
    if columns is not None:
        columns.frame.seen.update(names)
        if len(columns.added) < 500:
            columns = columns._replace(added=columns.added | names)
        if columns.kept is not None:
            columns = columns._replace(kept=columns.kept | names)
        elif not names.isdisjoint(columns.dropped):
            columns = columns._replace(dropped=columns.dropped - names)
    return data._replace(lessons=lessons, time=time, columns=columns, opaque=False, series=False)


def _derive(columns: Columns | None, value: Data, keys: list[str], site: Site) -> None:
    """Note that a column is computed from one other."""
    if columns is None or value.columns is None or value.columns.kept is None or len(keys) != 1:
        return
    kept, frame = value.columns.kept, columns.frame
    if value.columns.frame is not frame or len(kept) != 1 or keys[0] in kept:
        return
    if len(frame.derived) < 500:
        frame.derived.setdefault((keys[0], next(iter(kept))), site)
