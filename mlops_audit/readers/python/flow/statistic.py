"""Numbers that are computed from rows, and what is filled in from them."""

import ast

from mlops_audit.readers.python.flow.arguments import Args
from mlops_audit.readers.python.flow.knowledge import STATISTICS
from mlops_audit.readers.python.flow.rows import Rows
from mlops_audit.readers.python.flow.state import State, limited
from mlops_audit.readers.python.flow.values import Data, Lesson, Loop, Score, Seq, Value

#: Statistics that stand for a value that is missing.
_MIDDLE = frozenset(
    {"mean()", "median()", "mode()", "nanmean()", "nanmedian()", "average()", "value_counts()"}
)


def filled(state: State, data: Data, args: Args, node: ast.Call) -> Data:
    """Return `data.fillna(value)`."""
    value = args.get(0, "value")
    lessons = _lessons_in(value)
    state.taught += bool(lessons)
    taught = frozenset(
        Lesson(
            state.site(node),
            "imputed",
            f"fillna({one.what})",
            one.subject or data.subject,
            _whole(one.rows, data.rows),
            "low" if "mode" in one.what or "count" in one.what else "medium",
        )
        for one in lessons
        if one.kind == "statistic"
    )
    return data._replace(lessons=limited(data.lessons | taught), opaque=False)


def stands_in(state: State, value: Value, data: Data, how: str, node: ast.AST) -> frozenset[Lesson]:
    """Return what is learned where the middle of all rows is written into some of them."""
    return frozenset(
        Lesson(
            state.site(node), "imputed", f"{how}({one.what})", one.subject or data.subject,
            _whole(one.rows, data.rows),
            "low" if "mode" in one.what or "count" in one.what else "medium",
        )
        for one in (frozenset() if isinstance(value, Data) else _lessons_in(value))
        if one.kind == "statistic" and one.what in _MIDDLE
    )  # fmt: skip


def _whole(part: Rows, rows: Rows) -> Rows:
    """Return rows if a part of them, not the training part, stands for all: those not missing."""
    for node in part.chain():
        if node is rows:
            return rows.widest
        if node.split is not None or node.part:
            break
    return part


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
    lesson = Lesson(
        state.site(node), "statistic", f"{name}()", data.subject, data.rows.widest, "medium"
    )
    held = (data.rows,) if data.by is not None else ()
    return Score(held, lessons=frozenset({lesson}))


def grouped(state: State, data: Data, args: Args, node: ast.Call) -> Data:
    """Return `groupby(…)[column].transform('mean')`."""
    name = args.constant(0)
    if not isinstance(name, str) or name not in STATISTICS:
        return data._replace(columns=None)
    kept = data.columns.kept if data.columns is not None else None
    target = next(iter(kept)) if kept is not None and len(kept) == 1 else ""
    lesson = Lesson(
        state.site(node), "statistic", f"{name}()", data.subject, data.rows.widest, "medium", target
    )
    return data._replace(lessons=limited(data.lessons | {lesson}), columns=None)


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
