"""Walking branches and loops: each branch once, a loop a few times."""

import ast
from collections.abc import Iterator, Sequence

from mlops_audit.readers.python.flow.arguments import text_of
from mlops_audit.readers.python.flow.bindings import Bindings
from mlops_audit.readers.python.flow.expressions import Expressions
from mlops_audit.readers.python.flow.knowledge import part_by_name
from mlops_audit.readers.python.flow.parts import element_of
from mlops_audit.readers.python.flow.state import Mistake
from mlops_audit.readers.python.flow.values import (
    Const,
    Data,
    Estimator,
    Folds,
    Function,
    Instance,
    Loop,
    RowIndex,
    Score,
    Seq,
    Splitter,
    Value,
)

#: Elements of a list that a loop is walked with: words, and anything else.
_MOST_WORDS = 30
_MOST_ITEMS = 8
_NUMBERS = frozenset(
    {"range", "arange", "linspace", "logspace", "geomspace", "ParameterGrid", "product",
     "ParameterSampler", "grid"}
)  # fmt: skip

_EPOCHS = frozenset({"epoch", "epochs", "ep", "step", "iteration", "it", "_", "trial", "run"})

_BEST = ("best", "max_", "min_", "highest", "lowest", "top")


#: What is collected while playing is no measure of held-out rows.
_NO_ROWS = ("reward", "return", "episode", "score_mean")


class Branches(Bindings):
    """Walks statements that hold others."""

    def block(self, body: Sequence[ast.stmt]) -> bool:
        """Walk statements; tell whether they leave the block for good."""
        raise NotImplementedError

    def _if(self, node: ast.If) -> None:
        test = self.eval(node.test)
        self._improved(node, test)
        decided = decision(node.test, test, self)
        if decided is not None:
            self.block(node.body if decided else node.orelse)
            return
        before = dict(self.env.names)
        left_body = self.block(node.body)
        after_body = self.env.names
        if not node.orelse:
            if left_body:
                self.env.names = before
            else:
                self._join(before, after_body, before)
            self._restore(after_body)
            return
        self.env.names = dict(before)
        left_else = self.block(node.orelse)
        after_else = self.env.names
        if left_body and not left_else:
            self.env.names = after_else
        elif left_else and not left_body:
            self.env.names = after_body
        else:
            self._join(before, after_body, after_else)
        self._restore(after_body)

    def _restore(self, names: dict[str, Value]) -> None:
        """Keep one dictionary for a scope, since functions refer to it."""
        now = self.env.names
        if now is not names:
            kept = dict(now)
            names.clear()
            names.update(kept)
            self.env.names = names

    def _join(self, before: dict[str, Value], one: dict[str, Value], two: dict[str, Value]) -> None:
        joined = dict(two)
        for name, value in one.items():
            if name not in two or (value is not two[name] and two[name] is before.get(name)):
                joined[name] = value
        self.env.names = joined

    def _improved(self, node: ast.If, test: Value) -> None:
        """`if score > best: best = score`, in a loop."""
        if self.loops or self.through:
            tests = node.test.values if isinstance(node.test, ast.BoolOp) else [node.test]
            for one in tests[:4]:
                if isinstance(one, ast.Compare):
                    self._best_epoch(node, one)
        if not self.loops or not isinstance(test, Score) or not test.metric:
            return
        if not isinstance(node.test, (ast.Compare, ast.BoolOp)):
            return
        names = {inner.id for inner in ast.walk(node.test) if isinstance(inner, ast.Name)}
        names |= {inner.attr for inner in ast.walk(node.test) if isinstance(inner, ast.Attribute)}
        if any(word in name.lower() for name in names for word in _BEST):
            for loop in self.loops:
                self.chosen.setdefault(loop, self.site(node))
                self.kept.add(loop)

    def _best_epoch(self, node: ast.If, test: ast.Compare) -> None:
        """`if test_acc > best_acc: best_acc = test_acc`, epoch after epoch."""
        loop = next((loop for loop in self.loops if loop.kind == "epochs"), None)
        through = self.through.get(self.scope)
        if (loop is None and through is None) or len(test.comparators) != 1:
            return
        sides = [text_of(test.left), text_of(test.comparators[0])]
        best = [side for side in sides if any(word in side.lower() for word in _BEST)]
        held = [side for side in sides if side not in best and self._is_held_out(side)]
        place, what = (loop.site, "epochs") if loop is not None else (through, "the test rows")
        if not held and through is not None and best:
            # `def test(epoch): global best_acc`, called epoch after epoch.
            named = "epoch" in self.env.names and part_by_name(self.scope) == "test"
            if named and best[0] in self.module.names:
                held = [side for side in sides if side and side not in best]
                place, what = through, "the test rows"
        if len(best) != 1 or not held:
            return
        kept = [
            text_of(target)
            for statement in node.body[:50]
            if isinstance(statement, ast.Assign)
            for target in statement.targets[:5]
        ]
        if best[0] in kept:
            name = held[0]
            self.mistakes.append(
                Mistake(
                    "selected-on-test-data", self.site(node), name, "the best epoch", place,
                    what, "medium" if part_by_name(name) else "low",
                    f"The epoch that is kept is the one with the best {name}, which the test rows"
                    " give",
                )
            )  # fmt: skip

    def _is_held_out(self, name: str) -> bool:
        if any(word in name.lower() for word in _NO_ROWS):
            return False
        return part_by_name(name) == "test" or (
            not part_by_name(name) and self.measured.get(name) is True
        )

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        source = self.eval(node.iter)
        names = tuple(inner.id for inner in ast.walk(node.target) if isinstance(inner, ast.Name))
        loop = Loop(self.site(node), names, self.kind_of(node.iter, source, names))
        self.loops.append(loop)
        if self.scope and _goes_through_test(node.iter):
            self.through.setdefault(self.scope, loop.site)
        if loop.kind == "numbers" and len(self.walked) < 100:
            self.walked.append(loop)
        try:
            for element in self._elements(node.iter, source):
                self.assign(node.target, element, node)
                self.block(node.body)
            self.block(node.orelse)
        finally:
            self.loops.pop()

    def kind_of(self, node: ast.expr, source: Value, names: tuple[str, ...]) -> str:
        """Return what a loop goes through."""
        if isinstance(source, (Folds, Splitter)):
            return "folds"
        if isinstance(node, ast.Call) and text_of(node).rpartition(".")[2] == "enumerate":
            node = node.args[0] if node.args else node
        if _EPOCHS.intersection(names):
            return "epochs"
        if isinstance(source, Seq):
            values = source.values()
            flat = [
                item
                for value in values[:30]
                for item in (value.items if isinstance(value, Seq) else [value])
            ]
            if any(isinstance(item, Estimator) for item in flat):
                return "models"
            if flat and all(
                isinstance(item, Const) and isinstance(item.value, (int, float)) for item in flat
            ):
                return "numbers"
        called = ""
        if isinstance(node, ast.Call):
            function = node.func
            called = function.attr if isinstance(function, ast.Attribute) else ""
            called = function.id if isinstance(function, ast.Name) else called
        if called in _NUMBERS:
            return "numbers"
        if isinstance(node, ast.Name):
            bound, value = self.find(node.id)
            if bound and isinstance(value, Seq) and value is not source:
                return self.kind_of(ast.Constant(0), value, ())
            if bound and isinstance(value, RowIndex):
                return ""
        return ""

    def _elements(self, node: ast.expr, source: Value) -> Iterator[Value]:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            inner = node.func.id
            if inner == "enumerate":
                for element in self._elements(node.args[0], self._again(node.args[0])):
                    yield Seq([Const(0), element])
                return
            if inner == "zip":
                yield Seq([element_of(self._again(argument)) for argument in node.args[:10]])
                return
        if isinstance(source, Seq):
            values = source.values()
            constant = all(isinstance(item, Const) for item in values)
            most = _MOST_WORDS if constant else _MOST_ITEMS
            yield from values[:most] if values else [None]
            if len(values) > most:
                yield None
            return
        yield element_of(source)
        if isinstance(source, (Folds, Data)):
            yield element_of(source)

    def _again(self, node: ast.expr) -> Value:
        """Return the value of an argument of `zip` or `enumerate`."""
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute) and function.attr in ("split", "items"):
                return self.eval(node)
            if isinstance(function, ast.Name) and function.id == "zip":
                return Seq([Seq([element_of(self._again(item)) for item in node.args[:10]])])
            return None
        return self.eval(node)

    def _while(self, node: ast.While) -> None:
        self.eval(node.test)
        loop = Loop(self.site(node), (), "")
        self.loops.append(loop)
        try:
            self.block(node.body)
        finally:
            self.loops.pop()

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items[:20]:
            value = self.eval(item.context_expr)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value, node)
        self.block(node.body)

    def _try(self, node: ast.Try) -> None:
        self.block(node.body)
        for handler in node.handlers[:20]:
            for statement in handler.body[:50]:
                if isinstance(statement, (ast.Import, ast.ImportFrom)):
                    self.block([statement])
        self.block(node.orelse)
        self.block(node.finalbody)

    def _match(self, node: ast.Match) -> None:
        self.eval(node.subject)
        before = dict(self.env.names)
        for case in node.cases[:30]:
            self.block(case.body)
            self._join(before, dict(self.env.names), self.env.names)


def _goes_through_test(node: ast.expr) -> bool:
    """Tell `for x in test_loader`, `for i, x in enumerate(testloader)`."""
    if isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    return isinstance(node, ast.Name) and part_by_name(node.id) == "test"


def decision(node: ast.expr, value: Value, walker: Expressions) -> bool | None:
    """Return which way a test goes, None if that is not known."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = decision(node.operand, walker.eval(node.operand), walker)
        return None if inner is None else not inner
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, (Estimator, Function, Instance)):
        return True
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return None
    left, right = walker.eval(node.left), walker.eval(node.comparators[0])
    if isinstance(node.ops[0], (ast.Is, ast.IsNot)) and right == Const(None):
        if left is None or (isinstance(left, Data) and left.opaque):
            return None
        return (left == Const(None)) == isinstance(node.ops[0], ast.Is)
    if isinstance(left, Const) and isinstance(right, Const):
        if isinstance(node.ops[0], ast.Eq):
            return left.value == right.value
        if isinstance(node.ops[0], ast.NotEq):
            return left.value != right.value
    return None
