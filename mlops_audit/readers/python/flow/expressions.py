"""Evaluating expressions: names, attributes, parts, operators, calls."""

import ast
from collections.abc import Callable

from mlops_audit.readers.python.flow import estimators, frames, library
from mlops_audit.readers.python.flow.arguments import Args, text_of
from mlops_audit.readers.python.flow.knowledge import (
    CHOOSES,
    CROSS_VALIDATORS,
    SPLITTERS,
    STATISTICS,
    group_of,
    is_metric,
)
from mlops_audit.readers.python.flow.state import State, data_of, limited, merged
from mlops_audit.readers.python.flow.values import (
    Columns,
    Const,
    Data,
    Estimator,
    Folds,
    Function,
    Instance,
    Klass,
    Lesson,
    Method,
    Name,
    RowIndex,
    Score,
    Seq,
    Splitter,
    Value,
)

_MAX_DEPTH = 40
_BUILTINS = frozenset(
    {"zip", "enumerate", "list", "tuple", "sorted", "max", "min", "sum", "int", "float", "iter",
     "abs", "round", "set", "reversed", "range"}
)  # fmt: skip
_SAVES = frozenset(
    {"DataFrame", "Series", "to_csv", "print", "display", "round", "len", "type", "astype", "head",
     "array", "asarray", "ravel", "reshape", "flatten", "savetxt", "shape", "list", "int", "where"}
)  # fmt: skip
_INDEXERS = frozenset({"iloc", "loc", "ix", "at", "iat"})


class Expressions(State):
    """Evaluates expressions over abstract values."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def invoke(self, function: Function, args: Args, node: ast.Call) -> Value:
        """Return what a function of the file gives."""
        raise NotImplementedError

    def instantiate(self, klass: Klass, args: Args, node: ast.Call) -> Value:
        """Return an object of a class of the file."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Value, node: ast.AST) -> None:
        """Bind a target to a value."""
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
        if isinstance(owner, Estimator) and name in ("best_estimator_", "model", "named_steps"):
            return owner
        if isinstance(owner, Score) and name in ("T", "values", "index", "columns"):
            return owner
        return Method(owner, name)

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
            return frames.column(self, owner, [name], series=True)
        return Method(owner, name)

    def _subscript(self, node: ast.Subscript) -> Value:
        owner = self.eval(node.value)
        rows_only = False
        if isinstance(owner, Method):
            rows_only = owner.name in _INDEXERS
            if not rows_only and isinstance(owner.owner, Data) and owner.owner.columns:
                # `df.price[mask]`: an attribute that is a column.
                owner = frames.column(self, owner.owner, [owner.name], series=True)
            else:
                owner = owner.owner
        key: Value = None
        if not isinstance(node.slice, ast.Slice):
            key = self.eval(node.slice)
        if isinstance(owner, Data):
            return frames.subscript(self, owner, node, key, rows_only)
        if isinstance(owner, Seq):
            return _item_of(owner, key, node)
        if isinstance(owner, Score):
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
        kept = dict(self.env.names)
        element = element_of(source)
        if isinstance(element, Data) and isinstance(source, Data):
            element = source
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

    def _binary(self, node: ast.BinOp) -> Value:
        left, right = self.eval(node.left), self.eval(node.right)
        if isinstance(left, Seq) and isinstance(right, Seq) and isinstance(node.op, ast.Add):
            made = Seq([*left.items[:100], *right.items[:100]])
            made.keys = {**left.keys, **right.keys}
            return made
        if isinstance(node.op, ast.Add) and _lists(left, right):
            return frames.stacked(self, [left, right], self.site(node))
        return self._combined([left, right], node)

    def _combined(self, values: list[Value], node: ast.expr) -> Value:
        found = [value for value in values if isinstance(value, Data)]
        if not found:
            scores = frames.score_of(values)
            if scores is not None:
                return scores
            return next((value for value in values if isinstance(value, RowIndex)), None)
        first = found[0]
        predicted = next((data for data in found if data.by is not None), None)
        if predicted is not None and len(found) > 1 and predicted.by is not None:
            # Predictions beside answers: the look of a metric that is written by hand.
            return estimators.scored(self, predicted.by, predicted, node, "comparison", None)
        result = merged(list(found)) or first
        lessons = set(result.lessons)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            lessons |= _scaled(self, values, first, node)
        columns = _columns_of(found)
        return result._replace(
            lessons=limited(frozenset(lessons)), columns=columns, series=first.series, opaque=False
        )

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

    def _choice(self, node: ast.IfExp) -> Value:
        self.eval(node.test)
        first, second = self.eval(node.body), self.eval(node.orelse)
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

    def arguments(self, node: ast.Call) -> Args:
        """Evaluate the arguments of a call."""
        nodes: list[ast.expr] = []
        values: list[Value] = []
        for argument in node.args[:40]:
            value = self.eval(argument)
            if isinstance(argument, ast.Starred):
                given = value.values()[:20] if isinstance(value, Seq) else [value]
                nodes.extend([argument.value] * len(given))
                values.extend(given)
            else:
                nodes.append(argument)
                values.append(value)
        keyword_nodes: dict[str, ast.expr] = {}
        keywords: dict[str, Value] = {}
        for keyword in node.keywords[:60]:
            value = self.eval(keyword.value)
            if keyword.arg is not None:
                keyword_nodes[keyword.arg] = keyword.value
                keywords[keyword.arg] = value
            elif isinstance(value, Seq):
                keywords.update(list(value.keys.items())[:30])
        return Args(nodes, values, keyword_nodes, keywords)

    def _call(self, node: ast.Call) -> Value:
        function = self.eval(node.func)
        args = self.arguments(node)
        self._look(function, args)
        match function:
            case Name():
                return library.call(self, function.dotted, args, node)
            case Function():
                return self.invoke(function, args, node)
            case Klass():
                return self.instantiate(function, args, node)
            case Method():
                return self._method(function, args, node)
            case Data(opaque=True):
                return self._unknown_call(node, args)
            case Estimator():
                # A network is called on what it is to predict.
                data = data_of(args.get(0))
                if data is None:
                    return function
                return data._replace(by=function, lessons=frozenset(), columns=None, opaque=False)
            case _:
                return frames.score_of(args.all())

    def _unknown_call(self, node: ast.Call, args: Args) -> Value:
        """Return what a function gives of which only the name is known."""
        last = text_of(node.func).rpartition(".")[2]
        if is_metric(last):
            return library.call(self, last, args, node)
        return frames.score_of(args.all())

    def _look(self, function: Value, args: Args) -> None:
        """Note models whose predictions go where they may be evaluated."""
        name = function.last if isinstance(function, Name) else ""
        if isinstance(function, Method):
            name = function.name
        if name in _SAVES or is_metric(name):
            return
        for value in args.all()[:20]:
            data = data_of(value)
            if data is not None and data.by is not None:
                trained = {fit.rows for fit in data.by.fits}
                if data.rows not in trained and not isinstance(function, Function):
                    self.looked.add(data.by)

    def _method(self, function: Method, args: Args, node: ast.Call) -> Value:
        owner, name = function.owner, function.name
        if isinstance(owner, Method):
            # `df.groupby('a').x.transform(…)`, `df.rolling(3).mean()`.
            if owner.name in ("rolling", "expanding", "ewm"):
                return owner.owner
            inner = data_of(owner.owner)
            if inner is None:
                return frames.score_of([owner.owner])
            owner = inner
        if isinstance(owner, Data):
            return self._of_data(owner, name, args, node)
        if isinstance(owner, Estimator):
            return estimators.method(self, owner, name, args, node)
        if isinstance(owner, Splitter):
            return estimators.folds(self, owner, args, node) if name == "split" else None
        if isinstance(owner, Seq):
            return self._of_sequence(owner, name, args, node)
        if isinstance(owner, Score):
            if name in CHOOSES:
                library.chosen(self, owner, node)
            return owner
        if isinstance(owner, RowIndex):
            return owner
        return frames.score_of(args.all())

    def _of_data(self, owner: Data, name: str, args: Args, node: ast.Call) -> Value:
        receiver = text_of(node.func).rpartition(".")[0]
        if owner.by is None and estimators.may_fit(owner, name, args):
            made = estimators.guessed(self, receiver, self.site(node))
            self.mutate(owner, made)
            return estimators.method(self, made, name, args, node)
        if name == "groupby":
            return Method(owner, "groupby")
        if owner.by is not None and name in STATISTICS:
            return frames.score_of(args.all())
        named = owner
        if not owner.subject and (name in STATISTICS or name in ("fillna", "corr")):
            named = owner._replace(subject=receiver)
        result = frames.method(self, named, name, args, node)
        if isinstance(result, Data) and result.subject == receiver:
            result = result._replace(subject="")
        if args.constant(-1, "inplace") is not True or result is None:
            return result
        place = node.func.value if isinstance(node.func, ast.Attribute) else None
        if isinstance(place, ast.Subscript):
            self.assign(place, result, node)
        else:
            self.mutate(owner, result)
        return None

    def _of_sequence(self, owner: Seq, name: str, args: Args, node: ast.Call) -> Value:
        if name in ("append", "add", "appendleft"):
            if len(owner.items) < 200 and args.values:
                owner.items.append(args.values[0])
            return None
        if name in ("extend", "update"):
            given = args.get(0)
            if isinstance(given, Seq):
                owner.items.extend(given.items[:50])
                owner.keys.update(list(given.keys.items())[:50])
            return None
        if name == "items":
            pairs: list[Value] = [Seq([Const(key), value]) for key, value in owner.keys.items()]
            return Seq([*pairs, *(Seq([None, item]) for item in owner.items[:20])])
        if name == "values":
            return Seq(owner.values())
        if name == "keys":
            return Seq([Const(key) for key in owner.keys])
        if name in ("get", "pop"):
            return _item_of(owner, args.get(0), node)
        if name in CHOOSES or name == "index":
            found = frames.score_of([owner])
            if found is not None and name != "index":
                library.chosen(self, found, node)
            return found
        if name == "copy":
            made = Seq(list(owner.items))
            made.keys = dict(owner.keys)
            return made
        if name == "remove":
            owner.items = [
                item for item in owner.items if item != args.get(0) or not isinstance(item, Const)
            ]
            return None
        return frames.score_of([owner])


def method_of(klass: Klass, name: str, depth: int = 0) -> Function | None:
    """Return a method of a class of the file or of its bases."""
    if name in klass.methods:
        return klass.methods[name]
    if depth < 5:
        for base in klass.bases:
            if isinstance(base, Klass):
                found = method_of(base, name, depth + 1)
                if found is not None:
                    return found
    return None


def element_of(value: Value) -> Value:
    """Return what iterating over a value gives."""
    if isinstance(value, Folds):
        return Seq([RowIndex("train", "train", value.split), RowIndex("test", "test", value.split)])
    if isinstance(value, Seq):
        return next(iter(value.values()), None)
    if isinstance(value, Data):
        # Batches of a loader, rows of a frame: of the same rows.
        return value._replace(columns=None, opaque=False)
    if isinstance(value, Score):
        return value
    return None


def _item_of(owner: Seq, key: Value, node: ast.AST) -> Value:
    if isinstance(key, Const):
        if isinstance(key.value, str) and key.value in owner.keys:
            return owner.keys[key.value]
        if type(key.value) is int and -len(owner.items) <= key.value < len(owner.items):
            return owner.items[key.value]
    values = owner.values()
    scores = frames.score_of(values)
    if scores is not None:
        return scores
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return owner
    kinds = {type(value) for value in values[:20]}
    return values[0] if len(kinds) == 1 and Estimator in kinds else None


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
    ast.BinOp: Expressions._binary,
    ast.Compare: Expressions._compare,
    ast.BoolOp: Expressions._bool,
    ast.UnaryOp: Expressions._unary,
    ast.IfExp: Expressions._choice,
    ast.NamedExpr: Expressions._named,
    ast.Lambda: Expressions._lambda,
    ast.Await: Expressions._inner,
    ast.Starred: Expressions._inner,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._inner,
    ast.JoinedStr: Expressions._text,
    ast.Call: Expressions._call,
}
