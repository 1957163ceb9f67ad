"""Evaluating calls: of libraries, of functions of the file, of methods of values."""

import ast

from mlops_audit.readers.python.flow import estimators, frames, library, making
from mlops_audit.readers.python.flow.arguments import Args, text_of
from mlops_audit.readers.python.flow.expressions import Expressions
from mlops_audit.readers.python.flow.knowledge import CHOOSES, STATISTICS, is_metric
from mlops_audit.readers.python.flow.parts import item_of
from mlops_audit.readers.python.flow.splits import taken
from mlops_audit.readers.python.flow.state import data_of, limited
from mlops_audit.readers.python.flow.statistic import score_of, stands_in
from mlops_audit.readers.python.flow.values import (
    Const,
    Data,
    Estimator,
    Function,
    Klass,
    Lesson,
    Loop,
    Method,
    Name,
    RowIndex,
    Score,
    Seq,
    Splitter,
    Value,
)

_SAVES = frozenset(
    {"DataFrame", "Series", "to_csv", "print", "display", "round", "len", "type", "astype", "head",
     "array", "asarray", "ravel", "reshape", "flatten", "savetxt", "shape", "list", "int", "where"}
)  # fmt: skip


_OPTIMIZERS = frozenset(
    {"optimize", "fmin", "gp_minimize", "forest_minimize", "gbrt_minimize", "dummy_minimize",
     "BayesianOptimization"}
)  # fmt: skip


class Calls(Expressions):
    """Evaluates calls over abstract values."""

    def invoke(self, function: Function, args: Args, node: ast.Call) -> Value:
        """Return what a function of the file gives."""
        raise NotImplementedError

    def instantiate(self, klass: Klass, args: Args, node: ast.Call) -> Value:
        """Return an object of a class of the file."""
        raise NotImplementedError

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

    def call(self, node: ast.Call) -> Value:
        """Return what a call gives."""
        function = self.eval(node.func)
        args = self.arguments(node)
        self._look(function, args)
        if text_of(node.func).rpartition(".")[2] in _OPTIMIZERS:
            self._searched(args, node)
        match function:
            case Name():
                return library.call(self, function.dotted, args, node)
            case Function():
                value = self.invoke(function, args, node)
                return self._cut_off(args, node) or value
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
                return data._replace(
                    by=function, asked=self.next(), lessons=frozenset(), columns=None, opaque=False
                )
            case _:
                return score_of(args.all())

    def _cut_off(self, args: Args, node: ast.Call) -> Score | None:
        """`best_threshold(y_test, model.predict_proba(X_test))`."""
        name = text_of(node.func).rpartition(".")[2].lower()
        if "threshold" not in name and "cutoff" not in name:
            return None
        for value in args.all()[:10]:
            if isinstance(value, Data) and value.by is not None:
                lesson = Lesson(self.site(node), "threshold", name, value.subject, value.rows)
                return Score((), lessons=frozenset({lesson}))
        return None

    def _searched(self, args: Args, node: ast.Call) -> None:
        """`study.optimize(objective)`, `fmin(fn=objective)`: settings are tried by a function."""
        objective = args.get(0, "fn", "func", "f", "objective")
        if not isinstance(objective, Function):
            return
        loop = Loop(self.site(node), (), "search")
        self.loops.append(loop)
        try:
            score = score_of([self.invoke(objective, Args([], [], {}, {}), node)])
        finally:
            self.loops.pop()
        loop.end = self.order
        if score is not None and score.metric and loop in score.loops:
            self.chosen.setdefault(loop, self.site(node))

    def _unknown_call(self, node: ast.Call, args: Args) -> Value:
        """Return what a function gives of which only the name is known."""
        last = text_of(node.func).rpartition(".")[2]
        if is_metric(last):
            return library.call(self, last, args, node)
        return score_of(args.all())

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
            if inner is not None and owner.name == "groupby" and name in (*STATISTICS, "agg"):
                # One row a group from here on.
                key = ("groups", self.cell, node.lineno, node.col_offset)
                return taken(self, inner, key, self.site(node))
            if inner is None:
                return score_of([owner.owner])
            owner = inner
        if isinstance(owner, Data):
            return self._of_data(owner, name, args, node)
        if isinstance(owner, Estimator):
            return estimators.method(self, owner, name, args, node)
        if isinstance(owner, Splitter):
            return making.folds(self, owner, args, node) if name == "split" else None
        if isinstance(owner, Seq):
            return self._of_sequence(owner, name, args, node)
        if isinstance(owner, Score):
            if name in CHOOSES:
                library.chosen(self, owner, node, name)
                return library.best_of(owner)
            return owner
        if isinstance(owner, RowIndex):
            return owner
        return score_of(args.all())

    def _of_data(self, owner: Data, name: str, args: Args, node: ast.Call) -> Value:
        receiver = text_of(node.func).rpartition(".")[0]
        if owner.by is None and making.may_fit(owner, name, args):
            made = making.guessed(self, receiver, self.site(node))
            self.mutate(owner, made)
            return estimators.method(self, made, name, args, node)
        if name == "groupby":
            return Method(owner, "groupby")
        if name in ("apply", "transform", "map"):
            owner = self._for_each(owner, args, node)
        if owner.by is not None and name in STATISTICS:
            return score_of(args.all())
        named = owner
        if not owner.subject and (name in STATISTICS or name in ("fillna", "corr")):
            named = owner._replace(subject=receiver)
        result = frames.method_of_data(self, named, name, args, node)
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

    def _for_each(self, data: Data, args: Args, node: ast.Call) -> Data:
        """Return data with what a lambda has taught it: `apply(lambda x: x.fillna(x.mean()))`."""
        function = args.get(0, "func")
        if not isinstance(function, Function) or not isinstance(function.node, ast.Lambda):
            return data
        value = self.invoke(function, Args([], [data._replace(by=None)], {}, {}), node)
        if isinstance(value, Data):
            receiver = text_of(node.func).rpartition(".")[0]
            taught = frozenset(
                one._replace(subject=receiver)
                for one in value.lessons - data.lessons
                if one.kind in ("imputed", "fitted")
            )
        elif isinstance(function.node.body, ast.IfExp):
            taught = stands_in(self, value, data, "apply", node)
        else:
            return data
        return data._replace(lessons=limited(data.lessons | taught))

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
            return item_of(owner, args.get(0), node)
        if name in CHOOSES or name == "index":
            found = score_of([owner])
            if found is not None and name == "index":
                self.picked |= found.loops
            if found is not None and name != "index":
                library.chosen(self, found, node, name)
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
        return score_of([owner])
