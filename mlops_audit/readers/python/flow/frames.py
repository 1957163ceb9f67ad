"""What pandas, numpy and the like do with data: parts of rows, parts of columns, statistics."""

import ast

from mlops_audit.readers.python.flow.arguments import Args, strings, text_of
from mlops_audit.readers.python.flow.knowledge import (
    PART,
    SAME,
    STATISTICS,
    TIME_SHIFTS,
    names_columns,
    names_rows,
    names_time,
)
from mlops_audit.readers.python.flow.rows import Site, Split, contains
from mlops_audit.readers.python.flow.selecting import column, columns_at, unsure, without, written
from mlops_audit.readers.python.flow.splits import divided, indexed, taken
from mlops_audit.readers.python.flow.state import State, data_of, limited, merged
from mlops_audit.readers.python.flow.statistic import filled, grouped, stands_in, statistic
from mlops_audit.readers.python.flow.values import (
    Const,
    Data,
    Evidence,
    Lesson,
    Method,
    RowIndex,
    Score,
    Seq,
    Value,
)

_INDEXERS = frozenset({"iloc", "loc", "ix", "at", "iat"})


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
        return columns_at(first, piece.elts[1], _item(key, 1))
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
    known = isinstance(key, Data) and key.rows.root is owner.rows.root
    if known or isinstance(node, (ast.Compare, ast.BoolOp, ast.BinOp)):
        return taken(state, owner, ("mask", _code(node), False), site)
    if isinstance(key, Score):
        return unsure(owner)._replace(lessons=limited(owner.lessons | key.lessons))
    if not rows_only and (isinstance(key, (Seq, Method)) or names_columns(text_of(node))):
        return unsure(owner)
    # Rows or columns, that is not known; the same code takes the same.
    part = taken(state, owner, ("rows", _code(node)), site)
    part.rows.doubtful = not rows_only and not names_rows(text_of(node))
    return part if rows_only else unsure(part)


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
    return unsure(data)


def method_of_data(state: State, data: Data, name: str, args: Args, node: ast.Call) -> Value:
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
        return grouped(state, data, args, node)
    elif name in TIME_SHIFTS:
        why = Evidence(site, f"{name}() of rows before")
        shifted = data._replace(time=data.time or why, series=True, columns=None, opaque=False)
        return Method(shifted, name) if name in ("rolling", "expanding", "ewm") else shifted
    elif name in ("sort_values", "sort_index", "sort"):
        result = _sorted(data, args, site)
    elif name == "assign":
        for key, value in args.keywords.items():
            data = written(state, data, [key], value, site)
        return data
    elif name in ("join", "merge"):
        joined = merged([data, *args.values[:1]]) or data
        result = unsure(joined)._replace(time=data.time)
    elif name in ("append", "union", "unionByName") and data_of(args.get(0)) is not None:
        return stacked(state, [data, args.get(0)], site, written=not state.loops)
    elif name in STATISTICS or name == "value_counts":
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
        result = unsure(data)
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
        if name in ("replace", "where", "mask"):
            new = Seq([*args.values[:2], args.keywords.get("value"), args.keywords.get("other")])
            taught = stands_in(state, new, data, name, node)
            result = result._replace(lessons=limited(result.lessons | taught))
    else:
        return None
    return result


def drawn(state: State, data: Data, site: Site, what: str, count: int, subject: str) -> Seq:
    """Return the parts of a random draw."""

    split = Split(site, what, random=True)
    names = ("train", "test") if count == 2 else ("train", "val", "test")
    parts: list[Value] = [
        divided(state, data, split, names[min(number, len(names) - 1)], number, subject)
        for number in range(min(count, 6))
    ]
    return Seq(parts)


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
    if not names or (data.time is not None and data.time.why):
        return data
    if names_time(names[0]):
        return data._replace(time=Evidence(site, f"sorted by {names[0]}"))
    if not any(map(names_time, names)):
        # The row before is another thing than the moment before.
        return data._replace(time=Evidence(site, ""))
    return data


def _apart(found: list[Data]) -> bool:
    """Tell whether what is put together are other columns of the same rows."""
    kept = [data.columns.kept if data.columns is not None else None for data in found]
    return None not in kept and len(set(kept)) > 1


def stacked(state: State, values: list[Value], site: Site, *, written: bool = True) -> Data | None:
    """Return rows below rows; `written` if each of them stands in the code by itself."""
    found = [data for value in values[:20] if (data := data_of(value)) is not None]
    if not found:
        return None
    first = merged(list(found)) or found[0]
    if len(found) == 1:
        return first
    members = tuple(dict.fromkeys(data.rows for data in found))
    fold = members[0].split
    if fold is not None and fold.cross and all(one.split is fold for one in members):
        # Put together fold by fold, all rows come back.
        whole = members[0].parent or members[0]
        return first._replace(rows=whole, columns=None, opaque=False)
    frame = found[0].columns
    copies = first.copies
    for number, rows in enumerate(members):
        others = (*members[:number], *members[number + 1 :])
        again = any(contains(other, rows) for other in others) or len(members) < len(found)
        if again and written and not _apart(found):
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
