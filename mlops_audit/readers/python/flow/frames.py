"""What pandas, numpy and the like do with data: parts of rows, parts of columns, statistics."""

import ast

from mlops_audit.readers.python.flow.arguments import Args, strings, text_of
from mlops_audit.readers.python.flow.knowledge import (
    PART,
    SAME,
    STATISTICS,
    TIME_SHIFTS,
    names_columns,
    names_time,
    part_by_name,
)
from mlops_audit.readers.python.flow.splits import indexed, taken
from mlops_audit.readers.python.flow.state import State, data_of, limited, merged
from mlops_audit.readers.python.flow.values import (
    Columns,
    Const,
    Data,
    Evidence,
    Lesson,
    Loop,
    Method,
    RowIndex,
    Rows,
    Score,
    Seq,
    Site,
    Split,
    Value,
    contains,
)

_INDEXERS = frozenset({"iloc", "loc", "ix", "at", "iat"})
_LAST = "#last"


def subscript(state: State, owner: Data, node: ast.Subscript, key: Value, rows_only: bool) -> Value:
    """Return `data[key]`, or `data.iloc[key]` if only rows come first."""
    piece = node.slice
    site = state.site(node)
    if isinstance(piece, ast.Tuple):
        if not piece.elts:
            return owner
        first = _rows(state, owner, piece.elts[0], _item(key, 0), site, rows_only=True)
        if len(piece.elts) == 1:
            return first
        return _columns_at(first, piece.elts[1], _item(key, 1))
    if rows_only:
        return _rows(state, owner, piece, key, site, rows_only=True)
    return _rows(state, owner, piece, key, site, rows_only=False)


def _item(key: Value, position: int) -> Value:
    if isinstance(key, Seq) and position < len(key.items):
        return key.items[position]
    return None


def _rows(
    state: State, owner: Data, node: ast.expr, key: Value, site: Site, *, rows_only: bool
) -> Data:
    if isinstance(node, ast.Slice):
        if node.lower is None and node.upper is None:
            return owner
        if isinstance(node.upper, ast.Constant) and node.lower is None and node.upper.value == 0:
            return owner
        part = taken(state, owner, ("slice", _code(node.lower), _code(node.upper)), site)
        if owner.time is None and _slides(state, node):
            return part._replace(time=Evidence(site, "windows that overlap"))
        return part
    if isinstance(key, Seq) and key.items and all(map(_number, key.items[:20])):
        return taken(state, owner, ("rows", _code(node)), site)
    if isinstance(key, RowIndex):
        return indexed(state, owner, key, site, text_of(node))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return taken(state, owner, ("mask", _code(node.operand), True), site)
    if not rows_only:
        names = strings(key)
        if names is not None:
            return column(state, owner, names, series=isinstance(key, Const))
    if isinstance(key, Data) and not key.series and not isinstance(node, ast.Compare):
        # Columns that data named, as those that a statistic picked.
        return _unsure(owner)._replace(lessons=limited(owner.lessons | key.lessons))
    known = isinstance(key, Data) and key.rows.root is owner.rows.root
    if known or isinstance(node, (ast.Compare, ast.BoolOp, ast.BinOp)):
        return taken(state, owner, ("mask", _code(node), False), site)
    if isinstance(key, Score):
        return _unsure(owner)._replace(lessons=limited(owner.lessons | key.lessons))
    if not rows_only and (isinstance(key, (Seq, Method)) or names_columns(text_of(node))):
        return _unsure(owner)
    # Rows or columns, that is not known; the same code takes the same.
    part = taken(state, owner, ("rows", _code(node)), site)
    return part if rows_only else _unsure(part)


def _number(value: Value) -> bool:
    return isinstance(value, Const) and type(value.value) is int


def _slides(state: State, node: ast.Slice) -> bool:
    """Tell `x[i - 60 : i]` in a loop over `i`."""
    if node.lower is None or node.upper is None or node.step is not None or not state.loops:
        return False
    varied = {name for loop in state.loops for name in loop.names}
    ends = (
        {inner.id for inner in ast.walk(end) if isinstance(inner, ast.Name)} & varied
        for end in (node.lower, node.upper)
    )
    return bool(set.intersection(*ends))


def _code(node: ast.expr | None) -> str:
    if node is None:
        return ""
    try:
        return ast.unparse(node)[:120]
    except (RecursionError, ValueError, AttributeError):
        return str(id(node))


def _unsure(data: Data) -> Data:
    columns = data.columns
    if columns is not None and columns.kept is not None:
        columns = None
    elif columns is not None:
        columns = columns._replace(sure=False)
    return data._replace(columns=columns, series=False, opaque=False)


def column(state: State, data: Data, names: list[str], *, series: bool) -> Data:
    """Return some columns of data."""
    if data.opaque and series and part_by_name(names[0]):
        rows = data.rows.part_of(("key", names[0]))
        if not rows.part:
            rows.part, rows.named = part_by_name(names[0]), True
            rows.parent = None
        return data._replace(rows=rows)
    columns = data.columns
    if columns is not None:
        columns.frame.seen.update(names[:200])
        columns = Columns(columns.frame, frozenset(names))
    return data._replace(columns=columns, series=series, opaque=False)


def _columns_at(data: Data, node: ast.expr, key: Value) -> Data:
    names = strings(key)
    columns = data.columns
    if columns is None:
        return data._replace(series=False, opaque=False)
    if names is not None:
        columns.frame.seen.update(names[:200])
        return data._replace(
            columns=Columns(columns.frame, frozenset(names)),
            series=isinstance(key, Const),
            opaque=False,
        )
    if isinstance(node, ast.Slice):
        if node.lower is None and node.upper is None:
            return data
    elif isinstance(key, Const) and key.value == -1 and columns.kept is None and columns.sure:
        return data._replace(
            columns=Columns(columns.frame, frozenset({_LAST})), series=True, opaque=False
        )
    return _unsure(data)


def dropped(state: State, data: Data, args: Args, node: ast.Call) -> Value:
    """Return `data.drop(…)`: columns, or rows by their index."""
    index = args.get(0, "index", "labels")
    if "columns" in args.keywords:
        return without(state, data, args.keywords["columns"])
    axis = args.constant(1, "axis")
    if axis in (1, "columns"):
        return without(state, data, index)
    if isinstance(index, RowIndex):
        return indexed(
            state, data, index._replace(negated=not index.negated), state.site(node), "drop"
        )
    if axis in (0, "index") or "index" in args.keywords or axis is None:
        return taken(state, data, ("drop", node.lineno, node.col_offset), state.site(node))
    return _unsure(data)


def without(state: State, data: Data, names_value: Value) -> Data:
    """Return data without some columns."""
    names = strings(names_value)
    columns = data.columns
    if columns is None:
        return data._replace(series=False, opaque=False)
    if names is None:
        return _unsure(data)
    columns.frame.seen.update(names[:200])
    if columns.kept is not None:
        columns = columns._replace(kept=columns.kept - set(names))
    elif len(columns.dropped) < 500:
        columns = columns._replace(dropped=columns.dropped | set(names))
    return data._replace(columns=columns, series=False, opaque=False)


def method(state: State, data: Data, name: str, args: Args, node: ast.Call) -> Value:
    """Return what a method of data gives; None if that is not known."""
    site = state.site(node)
    result: Value
    if name == "drop":
        result = dropped(state, data, args, node)
    elif name == "pop" and (names := strings(args.get(0))):
        state.mutate(data, without(state, data, args.get(0)))
        return column(state, data, names, series=True)
    elif name == "fillna":
        result = filled(state, data, args, node)
    elif name in ("sample", "shuffle", "sample_frac"):
        return _sampled(state, data, args, node)
    elif name == "transform" and data.rows is not None and args.values:
        return _grouped(state, data, args, node)
    elif name in TIME_SHIFTS:
        why = Evidence(site, f"{name}() of rows before")
        shifted = data._replace(time=data.time or why, series=True, columns=None, opaque=False)
        return Method(shifted, name) if name in ("rolling", "expanding", "ewm") else shifted
    elif name in ("sort_values", "sort_index", "sort"):
        result = _sorted(data, args, site)
    elif name == "assign":
        for key, value in args.keywords.items():
            result = written(state, data, key, value, site)
            if isinstance(result, Data):
                data = result
        return data
    elif name in ("join", "merge"):
        joined = merged([data, *args.values[:1]]) or data
        result = _unsure(joined)
    elif name in ("append", "union", "unionByName") and data_of(args.get(0)) is not None:
        return stacked(state, [data, args.get(0)], site)
    elif name in STATISTICS:
        return statistic(state, data, name, node)
    elif name in ("corr", "corrwith"):
        lesson = Lesson(site, "selected", f"{name}()", data.subject, data.rows, "medium")
        return Score((), lessons=frozenset({lesson}))
    elif name in PART:
        return taken(state, data, (name, node.lineno, node.col_offset, state.cell), site)
    elif name == "rename":
        # The names that columns have from here on are not followed.
        result = data._replace(columns=None) if "columns" in args.keywords else data
    elif name in ("get_dummies", "select_dtypes", "filter", "reindex"):
        result = _unsure(data)
    elif name in ("randomSplit", "random_split"):
        return drawn(
            state,
            data,
            site,
            name,
            len(args.values[0].items) if args.values and isinstance(args.values[0], Seq) else 2,
            data.subject,
        )
    elif name in SAME:
        kept = merged([data, *args.values[:3]]) if name in ("where", "mask", "add", "mul") else data
        result = (kept or data)._replace(opaque=False)
    else:
        return None
    return result


def drawn(state: State, data: Data, site: Site, what: str, count: int, subject: str) -> Seq:
    """Return the parts of a random draw."""
    from mlops_audit.readers.python.flow.splits import divided

    split = Split(site, what, random=True)
    names = ("train", "test") if count == 2 else ("train", "val", "test")
    parts: list[Value] = [
        divided(state, data, split, names[min(number, len(names) - 1)], number, subject)
        for number in range(min(count, 6))
    ]
    return Seq(parts)


def filled(state: State, data: Data, args: Args, node: ast.Call) -> Data:
    """Return `data.fillna(value)`."""
    value = args.get(0, "value")
    lessons = _lessons_in(value)
    taught = frozenset(
        Lesson(
            state.site(node),
            "imputed",
            f"fillna({one.what})",
            one.subject or data.subject,
            one.rows,
            "low" if "mode" in one.what else "medium",
        )
        for one in lessons
        if one.kind == "statistic"
    )
    return data._replace(lessons=limited(data.lessons | taught), opaque=False)


def _lessons_in(value: Value, depth: int = 0) -> frozenset[Lesson]:
    if isinstance(value, Score):
        return value.lessons
    if isinstance(value, Data):
        return frozenset(one for one in value.lessons if one.kind == "statistic")
    if isinstance(value, Seq) and depth < 2:
        return frozenset[Lesson]().union(
            *(_lessons_in(item, depth + 1) for item in value.values()[:50])
        )
    return frozenset()


def statistic(state: State, data: Data, name: str, node: ast.AST) -> Score:
    """Return a number, or one a column, that is computed from all rows of data."""
    lesson = Lesson(state.site(node), "statistic", f"{name}()", data.subject, data.rows, "medium")
    held: tuple[Rows, ...] = (data.rows,) if data.by is not None or data.time is None else ()
    return Score(held if data.by is not None else (), lessons=frozenset({lesson}))


def _grouped(state: State, data: Data, args: Args, node: ast.Call) -> Data:
    """Return `groupby(…)[column].transform('mean')`."""
    name = args.constant(0)
    if not isinstance(name, str) or name not in STATISTICS:
        return data._replace(columns=None)
    kept = data.columns.kept if data.columns is not None else None
    target = next(iter(kept)) if kept is not None and len(kept) == 1 else ""
    lesson = Lesson(
        state.site(node), "statistic", f"{name}()", data.subject, data.rows, "medium", target
    )
    return data._replace(lessons=limited(data.lessons | {lesson}), columns=None)


def _sampled(state: State, data: Data, args: Args, node: ast.Call) -> Data:
    site = state.site(node)
    if args.constant(-1, "frac") in (1, 1.0) or not (
        args.values or "frac" in args.keywords or "n" in args.keywords
    ):
        return data._replace(opaque=False)
    part = taken(state, data, ("sample", node.lineno, node.col_offset, state.cell), site)
    if args.constant(-1, "replace") is True:
        return part._replace(copies=Evidence(site, "sample(replace=True)"))
    return part


def _sorted(data: Data, args: Args, site: Site) -> Data:
    names = strings(args.get(0, "by"))
    if names and names_time(names[0]) and data.time is None:
        return data._replace(time=Evidence(site, f"sorted by {names[0]}"))
    return data


def stacked(state: State, values: list[Value], site: Site) -> Data | None:
    """Return rows below rows."""
    found = [data for value in values[:20] if (data := data_of(value)) is not None]
    if not found:
        return None
    first = merged(list(found)) or found[0]
    if len(found) == 1:
        return first
    members = tuple(dict.fromkeys(data.rows for data in found))
    frame = found[0].columns
    copies = first.copies
    for number, rows in enumerate(members):
        others = (*members[:number], *members[number + 1 :])
        if any(contains(other, rows) for other in others) or len(members) < len(found):
            copies = copies or Evidence(site, "rows put below themselves")
    if len(members) == 1:
        return first._replace(copies=copies, opaque=False)
    key = ("union", *(id(one) for one in members))
    rows = members[0].part_of(key)
    rows.parent, rows.members = None, members
    rows.frame = frame.frame if frame is not None else rows.frame
    parts = {one.role for one in members}
    if len(parts) == 1:
        rows.part = parts.pop()
        rows.split = members[0].split
    if all(data.columns is not None for data in found) and frame is not None:
        same = all(data.columns == frame for data in found)
        columns = frame if same else None
    else:
        columns = None
    return first._replace(rows=rows, copies=copies, columns=columns, opaque=False)


def written(state: State, data: Data, key: str, value: Value, site: Site) -> Data:
    """Return data after `data[key] = value`."""
    columns = data.columns
    lessons, time, copies = data.lessons, data.time, data.copies
    if isinstance(value, Data):
        new = value.lessons - lessons
        kept = value.columns.kept if value.columns is not None else None
        if columns is not None and value.columns is not None and kept is not None:
            same_frame = value.columns.frame is columns.frame
            if (
                same_frame
                and len(kept) == 1
                and key not in kept
                and len(columns.frame.derived) < 500
            ):
                columns.frame.derived.setdefault((key, next(iter(kept))), site)
        if new:
            lessons = limited(lessons | new)
        time = time or value.time
    if isinstance(value, Score):
        lessons = limited(lessons | {one for one in value.lessons if one.kind != "statistic"})
    if columns is not None:
        columns.frame.seen.add(key)
        if len(columns.added) < 500:
            columns = columns._replace(added=columns.added | {key})
        if columns.kept is not None:
            columns = columns._replace(kept=columns.kept | {key})
        elif key in columns.dropped:
            columns = columns._replace(dropped=columns.dropped - {key})
    return data._replace(
        lessons=lessons, time=time, copies=copies, columns=columns, opaque=False, series=False
    )


def score_of(values: list[Value]) -> Score | None:
    """Return the number that is computed from several, None if none of them is one."""
    held: dict[Rows, None] = {}
    loops: set[Loop] = set()
    lessons: set[Lesson] = set()
    found = metric = False
    for value in values[:40]:
        if isinstance(value, Score):
            found = True
            held.update(dict.fromkeys(value.held))
            loops |= value.loops
            lessons |= value.lessons
            metric = metric or value.metric
        elif isinstance(value, Seq):
            inner = score_of(value.values()[:40])
            if inner is not None:
                found = True
                held.update(dict.fromkeys(inner.held))
                loops |= inner.loops
                lessons |= inner.lessons
                metric = metric or inner.metric
    if not found:
        return None
    return Score(tuple(held)[:10], frozenset(loops), limited(frozenset(lessons)), metric)
