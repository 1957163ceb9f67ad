"""Evaluating expressions: names, attributes, parts, operators, calls."""

import ast
from collections.abc import Callable

from mlops_audit.readers.python.flow import estimators, frames, library, selecting
from mlops_audit.readers.python.flow.knowledge import (
    CROSS_VALIDATORS,
    SPLITTERS,
    group_of,
    is_metric,
)
from mlops_audit.readers.python.flow.operators import Operators
from mlops_audit.readers.python.flow.parts import element_of, item_of, method_of
from mlops_audit.readers.python.flow.values import (
    Const,
    Data,
    Estimator,
    Function,
    Instance,
    Loop,
    Method,
    Name,
    RowIndex,
    Score,
    Seq,
    Value,
)

_MAX_DEPTH = 40
_BUILTINS = frozenset(
    {"zip", "enumerate", "list", "tuple", "sorted", "max", "min", "sum", "int", "float", "iter",
     "abs", "round", "set", "reversed", "range"}
)  # fmt: skip
_WEIGHTS = frozenset({"feature_importances_", "coef_"})
#: What columns have, and methods have not.
_OF_COLUMNS = frozenset(
    {
        "fillna",
        "astype",
        "map",
        "replace",
        "mean",
        "median",
        "mode",
        "std",
        "apply",
        "where",
        "mask",
    }
)
_INDEXERS = frozenset({"iloc", "loc", "ix", "at", "iat"})


class Expressions(Operators):
    """Evaluates expressions over abstract values."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def assign(self, target: ast.expr, value: Value, node: ast.AST) -> None:
        """Bind a target to a value."""
        raise NotImplementedError

    def kind_of(self, node: ast.expr, source: Value, names: tuple[str, ...]) -> str:
        """Return what a loop goes through."""
        raise NotImplementedError

    def call(self, node: ast.Call) -> Value:
        """Return what a call gives."""
        raise NotImplementedError

    def eval(self, node: ast.expr | None) -> Value:
        """Return the value of an expression, None if nothing is known of it."""
        if node is None:
            return None
        self.tick(node)
        if self._depth > _MAX_DEPTH:
            return None
        handler = _EVALUATE.get(type(node))
        if handler is None:
            return None
        self._depth += 1
        try:
            return handler(self, node)
        finally:
            self._depth -= 1

    def _constant(self, node: ast.Constant) -> Value:
        return Const(node.value)

    def _name(self, node: ast.Name) -> Value:
        bound, value = self.find(node.id)
        if bound:
            return value
        if node.id in _BUILTINS or group_of(node.id) or node.id in SPLITTERS:
            return Name(node.id)
        if node.id in library.HANDLERS and len(node.id) > 5:
            return Name(node.id)
        if is_metric(node.id) or node.id in CROSS_VALIDATORS:
            return Name(node.id)
        data = self.fresh(node.id, self.site(node))
        # A name that nothing binds: of a caller, or of code that was not read.
        data.rows.parameter = self.standalone
        self.module.names[node.id] = data
        return data

    def _attribute(self, node: ast.Attribute) -> Value:
        owner = self.eval(node.value)
        name = node.attr
        if isinstance(owner, Name):
            return Name(f"{owner.dotted}.{name}")
        if isinstance(owner, Method) and name in _OF_COLUMNS:
            owner = self._column_of(owner)
        if isinstance(owner, Data):
            return self._data_attribute(owner, name, node)
        if isinstance(owner, Instance):
            if name in owner.attributes:
                return owner.attributes[name]
            method = method_of(owner.klass, name)
            if method is not None:
                return method._replace(self_value=owner)
            data = self.fresh(name, self.site(node))
            data.rows.parameter = self.standalone
            owner.attributes[name] = data
            return data
        if isinstance(owner, Estimator) and name in _WEIGHTS:
            return estimators.weighed(owner, name, self.site(node))
        if isinstance(owner, Estimator) and name in ("best_estimator_", "model", "named_steps"):
            return owner
        if isinstance(owner, Score) and name in ("T", "values", "index", "columns"):
            return owner
        return Method(owner, name)

    def _column_of(self, method: Method) -> Value:
        """Return the column that `df.price` is after all: no method of a frame has a `fillna`."""
        frame = method.owner
        if not isinstance(frame, Data) or frame.series or frame.columns is None:
            return method
        return selecting.column(self, frame, [method.name], series=True)

    def _data_attribute(self, owner: Data, name: str, node: ast.Attribute) -> Value:
        if name in ("values", "T", "data", "str", "dt", "cat", "A", "array", "features"):
            if owner.opaque and name in ("data", "features"):
                return owner._replace(opaque=False, columns=None)
            return owner._replace(opaque=False)
        if name == "target" and owner.opaque:
            return owner._replace(opaque=False, columns=None, series=True)
        if name == "index":
            return RowIndex(("index", id(owner.rows)), rows=owner.rows)
        if name in ("columns", "shape", "dtypes", "size", "ndim", "empty", "iat", "plot"):
            return Method(None, name)
        columns = owner.columns
        if columns is not None and name in columns.frame.seen and not owner.series:
            return selecting.column(self, owner, [name], series=True)
        return Method(owner, name)

    def _subscript(self, node: ast.Subscript) -> Value:
        owner = self.eval(node.value)
        rows_only = False
        if isinstance(owner, Method):
            rows_only = owner.name in _INDEXERS
            if not rows_only and isinstance(owner.owner, Data) and owner.owner.columns:
                # `df.price[mask]`: an attribute that is a column.
                owner = selecting.column(self, owner.owner, [owner.name], series=True)
            else:
                owner = owner.owner
        key: Value = None
        if not isinstance(node.slice, ast.Slice):
            key = self.eval(node.slice)
        if owner is None and isinstance(key, Score) and key.lessons:
            # `X.columns[selector.get_support()]`
            return key
        if isinstance(owner, Data):
            return frames.subscript(self, owner, node, key, rows_only)
        if isinstance(owner, Seq):
            return item_of(owner, key, node)
        if isinstance(owner, Score):
            if isinstance(key, Score) and any(one.kind == "threshold" for one in key.lessons):
                return owner._replace(lessons=owner.lessons | key.lessons)
            return owner
        if isinstance(owner, RowIndex):
            piece = node.slice
            where = ast.dump(piece)[:80]
            return RowIndex((owner.key, where), rows=None)
        if isinstance(owner, Estimator):
            return owner
        return None

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        made = Seq()
        for item in node.elts[:200]:
            if isinstance(item, ast.Starred):
                value = self.eval(item.value)
                made.items.extend(value.values()[:50] if isinstance(value, Seq) else [value])
            else:
                made.items.append(self.eval(item))
        return made

    def _dict(self, node: ast.Dict) -> Value:
        made = Seq()
        for key, item in list(zip(node.keys, node.values, strict=False))[:200]:
            value = self.eval(item)
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                made.keys[key.value] = value
            else:
                made.items.append(value)
        return made

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> Value:
        first = node.generators[0]
        source = self.eval(first.iter)
        element = element_of(source)
        if isinstance(element, Data) and isinstance(source, Data):
            element = source
        names = tuple(inner.id for inner in ast.walk(first.target) if isinstance(inner, ast.Name))
        numbers = self.kind_of(first.iter, source, names) == "numbers"
        loop = Loop(self.site(node), names, "numbers" if numbers else "")
        if numbers:
            self.loops.append(loop)
        try:
            return self._each(node, source, element)
        finally:
            if numbers:
                self.loops.pop()

    def _each(
        self,
        node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
        source: Value,
        element: Value,
    ) -> Value:
        """Return what a comprehension gives, walked with one element."""
        first = node.generators[0]
        kept = dict(self.env.names)
        self.assign(first.target, element, node)
        for condition in first.ifs:
            self.eval(condition)
        for generator in node.generators[1:]:
            self.assign(generator.target, element_of(self.eval(generator.iter)), node)
        value = self.eval(node.value if isinstance(node, ast.DictComp) else node.elt)
        self.env.names.clear()
        self.env.names.update(kept)
        if isinstance(source, Seq) and not isinstance(value, (Score, Data, Estimator)):
            # Which of the items are left is not known.
            return Seq([None]) if value is None else Seq([value, None])
        if isinstance(value, Data) and isinstance(source, Data):
            return value._replace(columns=None, series=False)
        return Seq([value])

    def _choice(self, node: ast.IfExp) -> Value:
        test = self.eval(node.test)
        first, second = self.eval(node.body), self.eval(node.orelse)
        if isinstance(test, Data) and test.by is not None and isinstance(first, Const):
            # `1 if p > 0.5 else 0`
            return test
        return first if first is not None else second

    def _named(self, node: ast.NamedExpr) -> Value:
        value = self.eval(node.value)
        self.assign(node.target, value, node)
        return value

    def _lambda(self, node: ast.Lambda) -> Value:
        return Function(node, "<lambda>", self.cell, None)

    def _inner(self, node: ast.Await | ast.Starred | ast.YieldFrom) -> Value:
        return self.eval(node.value)

    def _yield(self, node: ast.Yield) -> Value:
        self.env.returned.append(self.eval(node.value))
        return None

    def _text(self, node: ast.JoinedStr) -> Value:
        for part in node.values[:20]:
            if isinstance(part, ast.FormattedValue):
                self.eval(part.value)
        return None


_EVALUATE: dict[type, Callable[..., Value]] = {
    ast.Constant: Expressions._constant,
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.Subscript: Expressions._subscript,
    ast.List: Expressions._sequence,
    ast.Tuple: Expressions._sequence,
    ast.Set: Expressions._sequence,
    ast.Dict: Expressions._dict,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.DictComp: Expressions._comprehension,
    ast.BinOp: Operators._binary,
    ast.Compare: Operators._compare,
    ast.BoolOp: Operators._bool,
    ast.UnaryOp: Operators._unary,
    ast.IfExp: Expressions._choice,
    ast.NamedExpr: Expressions._named,
    ast.Lambda: Expressions._lambda,
    ast.Await: Expressions._inner,
    ast.Starred: Expressions._inner,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._inner,
    ast.JoinedStr: Expressions._text,
    ast.Call: lambda walker, node: walker.call(node),
}
