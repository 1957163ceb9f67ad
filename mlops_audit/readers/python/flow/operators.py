"""Operators: arithmetic and comparisons of data, statistics and predictions."""

import ast

from mlops_audit.readers.python.flow import estimators, frames
from mlops_audit.readers.python.flow.rows import Columns
from mlops_audit.readers.python.flow.state import State, limited, merged
from mlops_audit.readers.python.flow.statistic import score_of
from mlops_audit.readers.python.flow.values import Const, Data, Lesson, RowIndex, Score, Seq, Value


class Operators(State):
    """Evaluates what operators make of their operands."""

    def eval(self, node: ast.expr | None) -> Value:
        """Return the value of an expression, None if nothing is known of it."""
        raise NotImplementedError

    def _binary(self, node: ast.BinOp) -> Value:
        left, right = self.eval(node.left), self.eval(node.right)
        if isinstance(left, Seq) and isinstance(right, Seq) and isinstance(node.op, ast.Add):
            made = Seq([*left.items[:100], *right.items[:100]])
            made.keys = {**left.keys, **right.keys}
            return made
        if isinstance(node.op, ast.Add) and _lists(left, right):
            return frames.stacked(self, [left, right], self.site(node), written=False)
        return self._combined([left, right], node)

    def _combined(self, values: list[Value], node: ast.expr) -> Value:
        found = [value for value in values if isinstance(value, Data)]
        if not found:
            scores = score_of(values)
            if scores is not None:
                return scores
            return next((value for value in values if isinstance(value, RowIndex)), None)
        first = found[0]
        predicted = next((data for data in found if data.by is not None), None)
        if predicted is not None and predicted.by is not None and _measures(found, node):
            # Predictions beside answers: the look of a metric that is written by hand.
            return estimators.scored(self, predicted.by, predicted, node, "comparison", None)
        result = merged(list(found)) or first
        others = [data for data in found if data.by is None]
        cut = isinstance(node, ast.Compare) and len(others) == len(found) - 1
        if predicted is not None and (len(found) == 1 or cut):
            # A cut of predictions is a prediction.
            result = result._replace(by=predicted.by, asked=predicted.asked)
            if isinstance(node, ast.Compare):
                result = self._cut(result, values, node)
        lessons = set(result.lessons)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            lessons |= _scaled(self, values, first, node)
        columns = _columns_of(found)
        return result._replace(
            lessons=limited(frozenset(lessons)), columns=columns, series=first.series, opaque=False
        )

    def _cut(self, data: Data, values: list[Value], node: ast.expr) -> Data:
        """Return predictions that are cut at a threshold."""
        varied = [loop for loop in self.loops if loop.kind == "numbers"]
        names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        cuts = data.cuts | {loop for loop in varied if not names.isdisjoint(loop.names)}
        found = {
            one
            for value in values
            if isinstance(value, Score)
            for one in value.lessons
            if one.kind == "threshold"
        }
        return data._replace(cuts=cuts, lessons=limited(data.lessons | found))

    def _compare(self, node: ast.Compare) -> Value:
        return self._combined([self.eval(node.left), *map(self.eval, node.comparators[:4])], node)

    def _bool(self, node: ast.BoolOp) -> Value:
        return self._combined([self.eval(value) for value in node.values[:8]], node)

    def _unary(self, node: ast.UnaryOp) -> Value:
        value = self.eval(node.operand)
        if isinstance(value, RowIndex) and isinstance(node.op, (ast.Invert, ast.Not)):
            return value._replace(negated=not value.negated)
        if isinstance(node.op, ast.USub) and isinstance(value, Const):
            number = value.value
            return Const(-number) if isinstance(number, (int, float)) else value
        return value


def _measures(found: list[Data], node: ast.expr) -> bool:
    """Tell whether predictions are held against something that nothing has predicted."""
    if all(data.by is not None for data in found):
        return False
    if isinstance(node, ast.Compare):
        return isinstance(node.ops[0], (ast.Eq, ast.NotEq))
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Sub, ast.Div))


def _lists(left: Value, right: Value) -> bool:
    return (isinstance(left, Seq) and isinstance(right, Data)) or (
        isinstance(right, Seq) and isinstance(left, Data)
    )


def _columns_of(found: list[Data]) -> Columns | None:
    first = found[0].columns
    if first is None or first.kept is None:
        return first if len(found) == 1 else None
    kept = first.kept
    for data in found[1:]:
        columns = data.columns
        if columns is None or columns.kept is None or columns.frame is not first.frame:
            return None
        kept |= columns.kept
    return first._replace(kept=kept)


def _scaled(state: State, values: list[Value], data: Data, node: ast.expr) -> set[Lesson]:
    """Return the lesson of `(x - x.mean()) / x.std()`."""
    taught = [one for value in values if isinstance(value, Score) for one in value.lessons]
    kinds = {one.what.removeprefix("nan").removeprefix("a") for one in taught}
    if not ({"std()"} <= kinds or {"max()", "min()"} <= kinds):
        return set()
    return {
        Lesson(state.site(node), "fitted", "scaling by hand", one.subject, one.rows, "medium")
        for one in taught[:1]
    }
