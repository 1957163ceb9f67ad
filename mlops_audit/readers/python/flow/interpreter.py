"""Walking statements: assignments, branches, loops, functions and classes of one file."""

import ast
from collections.abc import Callable, Iterator, Sequence

from mlops_audit.readers.python.flow import frames
from mlops_audit.readers.python.flow.arguments import Args, strings, text_of
from mlops_audit.readers.python.flow.expressions import Expressions, element_of, method_of
from mlops_audit.readers.python.flow.state import Env, data_of
from mlops_audit.readers.python.flow.values import (
    Const,
    Data,
    Estimator,
    Folds,
    Function,
    Instance,
    Klass,
    Loop,
    Method,
    Name,
    RowIndex,
    Score,
    Seq,
    Value,
)

_MAX_CALLS = 5
_MAX_BLOCK = 3_000
_NUMBERS = frozenset(
    {"range", "arange", "linspace", "logspace", "geomspace", "ParameterGrid", "product",
     "ParameterSampler", "grid"}
)  # fmt: skip
_EPOCHS = frozenset({"epoch", "epochs", "ep", "step", "iteration", "it", "_", "trial", "run"})
_BEST = ("best", "max_", "min_", "highest", "lowest", "top")


class Interpreter(Expressions):
    """Walks the statements of a file or of the cells of a notebook."""

    def __init__(self) -> None:
        super().__init__()
        self._calls: list[str] = []
        #: Functions that were walked with the arguments of a caller.
        self.entered: set[str] = set()
        self.functions: list[tuple[Function, Klass | None]] = []

    def leave(self) -> None:
        """Go back to the level of the module, wherever the walk was broken off."""
        self.env = self.module
        self.stack = [self.module]
        self.scope, self.cell, self.loops = "", None, []
        self._calls = []

    def block(self, body: Sequence[ast.stmt]) -> bool:
        """Walk statements; tell whether they leave the block for good."""
        for statement in body[:_MAX_BLOCK]:
            self.tick(statement)
            handler = _WALK.get(type(statement))
            if handler is not None:
                handler(self, statement)
            if isinstance(statement, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
                return True
        return False

    def _assignment(self, node: ast.Assign) -> None:
        value = self.eval(node.value)
        for target in node.targets[:10]:
            self.assign(target, value, node)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.eval(node.value), node)

    def _augmented(self, node: ast.AugAssign) -> None:
        old, new = self.eval(node.target), self.eval(node.value)
        joined: Value
        if isinstance(old, Data) and isinstance(new, (Data, type(None))):
            joined = old
        elif isinstance(old, Seq) and isinstance(new, Seq):
            joined = Seq([*old.items[:100], *new.items[:100]])
        else:
            joined = frames.score_of([old, new]) or old
        if isinstance(node.target, ast.Name):
            self.env.names[node.target.id] = joined

    def assign(self, target: ast.expr, value: Value, node: ast.AST) -> None:
        """Bind a target to a value."""
        if isinstance(target, ast.Name):
            if value is None:
                value = self.fresh(target.id, self.site(node))
            self.bind(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target, value, node)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, node)
        elif isinstance(target, ast.Attribute):
            self._set_attribute(target, value, node)
        elif isinstance(target, ast.Subscript):
            self._set_item(target, value, node)

    def _unpack(self, target: ast.Tuple | ast.List, value: Value, node: ast.AST) -> None:
        values: list[Value] = [None] * len(target.elts)
        if isinstance(value, Seq) and len(value.items) == len(target.elts):
            values = list(value.items)
        elif isinstance(value, Data) and not value.opaque:
            # Features and answers of the same rows: `for x, y in loader`.
            values = [value._replace(columns=None)] * len(target.elts)
        elif isinstance(value, Data) and value.rows.role:
            values = [value._replace(columns=None)] * len(target.elts)
        elif isinstance(value, Score):
            values = [value] * len(target.elts)
        for item, given in list(zip(target.elts, values, strict=True))[:60]:
            self.assign(item, given, node)

    def _set_attribute(self, target: ast.Attribute, value: Value, node: ast.AST) -> None:
        owner = self.eval(target.value)
        if isinstance(owner, Instance):
            if value is None:
                value = self.fresh(target.attr, self.site(node))
            if isinstance(value, Data):
                value = self.named(target.attr, value)
            if len(owner.attributes) < 300:
                owner.attributes[target.attr] = value
        elif (
            isinstance(owner, Data)
            and owner.columns is not None
            and not owner.series
            and target.attr in owner.columns.frame.seen
        ):
            new = frames.written(self, owner, target.attr, value, self.site(node))
            self.mutate(owner, new)

    def _set_item(self, target: ast.Subscript, value: Value, node: ast.AST) -> None:
        owner = self.eval(target.value)
        key = self.eval(target.slice)
        place = target.slice
        if isinstance(owner, Method) and owner.name in ("loc", "iloc", "at"):
            owner = owner.owner
            if isinstance(place, ast.Tuple) and len(place.elts) == 2 and isinstance(key, Seq):
                key = key.items[1]
            else:
                key = None
        if isinstance(owner, Seq):
            if isinstance(key, Const) and isinstance(key.value, str) and len(owner.keys) < 300:
                owner.keys[key.value] = value
            elif len(owner.items) < 100:
                owner.items.append(value)
        elif isinstance(owner, Data):
            names = strings(key) or [""]
            new = owner
            for name in names[:50]:
                new = frames.written(self, new, name, value, self.site(node))
            self.mutate(owner, new)

    def _expression(self, node: ast.Expr) -> None:
        self.eval(node.value)

    def _return(self, node: ast.Return) -> None:
        self.env.returned.append(self.eval(node.value))

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
        if not self.loops or not isinstance(test, Score) or not test.metric:
            return
        if not isinstance(node.test, (ast.Compare, ast.BoolOp)):
            return
        names = {inner.id for inner in ast.walk(node.test) if isinstance(inner, ast.Name)}
        names |= {inner.attr for inner in ast.walk(node.test) if isinstance(inner, ast.Attribute)}
        if any(word in name.lower() for name in names for word in _BEST):
            for loop in self.loops:
                self.chosen.setdefault(loop, self.site(node))

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        source = self.eval(node.iter)
        names = tuple(inner.id for inner in ast.walk(node.target) if isinstance(inner, ast.Name))
        loop = Loop(self.site(node), names, self._kind(node.iter, source, names))
        self.loops.append(loop)
        if loop.kind == "numbers" and len(self.walked) < 100:
            self.walked.append(loop)
        try:
            for element in self._elements(node.iter, source):
                self.assign(node.target, element, node)
                self.block(node.body)
            self.block(node.orelse)
        finally:
            self.loops.pop()

    def _kind(self, node: ast.expr, source: Value, names: tuple[str, ...]) -> str:
        if isinstance(source, Folds):
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
                return self._kind(ast.Constant(0), value, ())
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
            yield from values[:8] if values else [None]
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

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets[:20]:
            if isinstance(target, ast.Subscript):
                owner = self.eval(target.value)
                if isinstance(owner, Data):
                    self.mutate(owner, frames.without(self, owner, self.eval(target.slice)))

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            dotted = alias.name if alias.asname else bound
            self.env.names[bound] = Name(dotted)

    def _import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name != "*":
                dotted = f"{node.module or ''}.{alias.name}".lstrip(".")
                own = node.level > 0
                name = alias.asname or alias.name
                self.env.names[name] = Name(f"own.{alias.name}" if own else dotted)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        qualname = f"{self.scope}.{node.name}" if self.scope else node.name
        names = None if self.env is self.module else self.env.names
        made = Function(node, qualname, self.cell, names)
        self.env.names[node.name] = made
        if self.env is self.module and len(self.functions) < 2_000:
            self.functions.append((made, None))

    def _class(self, node: ast.ClassDef) -> None:
        qualname = f"{self.scope}.{node.name}" if self.scope else node.name
        methods: dict[str, Function] = {}
        for statement in node.body[:500]:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                methods[statement.name] = Function(
                    statement, f"{qualname}.{statement.name}", self.cell, None
                )
        made = Klass(qualname, methods, tuple(self.eval(base) for base in node.bases[:5]))
        self.env.names[node.name] = made
        if self.env is self.module and len(self.functions) < 2_000:
            self.functions.extend((method, made) for method in methods.values())

    def instantiate(self, klass: Klass, args: Args, node: ast.Call) -> Value:
        """Return an object of a class of the file, after its `__init__`."""
        made = Instance(klass)
        start = method_of(klass, "__init__")
        if start is not None:
            self.invoke(start._replace(self_value=made), args, node)
        return made

    def invoke(self, function: Function, args: Args, node: ast.Call) -> Value:
        """Walk a function of the file with arguments and return what it gives."""
        if len(self._calls) >= _MAX_CALLS or function.qualname in self._calls:
            return None
        names = self._parameters(function, args)
        self.entered.add(function.qualname)
        return self._run(function, names)

    def _run(self, function: Function, names: dict[str, Value]) -> Value:
        kept = self.env, self.scope, self.cell, self.loops
        outer = self.module
        if function.names is not None:
            outer = Env(function.names, self.module)
        env = Env(names, outer)
        self.env = env
        self.scope = function.qualname if function.qualname != "<lambda>" else self.scope
        self.cell = function.cell
        self.stack.append(env)
        self._calls.append(function.qualname)
        try:
            body = function.node.body
            if isinstance(body, ast.expr):
                return self.eval(body)
            self.block(body)
            return _given_back(env.returned)
        finally:
            self._calls.pop()
            self.stack.pop()
            self.env, self.scope, self.cell, self.loops = kept

    def _parameters(self, function: Function, args: Args) -> dict[str, Value]:
        spec = function.node.args
        positional = [item.arg for item in (*spec.posonlyargs, *spec.args)]
        names: dict[str, Value] = {}
        if function.self_value is not None and positional:
            names[positional[0]] = function.self_value
            positional = positional[1:]
        given = dict(zip(positional, args.values, strict=False))
        given.update(
            (name, value)
            for name, value in args.keywords.items()
            if name in positional or any(item.arg == name for item in spec.kwonlyargs)
        )
        defaults = dict(zip(reversed(positional), reversed(spec.defaults), strict=False))
        for item, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=False):
            positional.append(item.arg)
            if default is not None:
                defaults[item.arg] = default
        for name in positional:
            if name in given and given[name] is not None:
                names[name] = given[name]
            elif name not in given and name in defaults:
                names[name] = self.eval(defaults[name])
            else:
                names[name] = self.fresh(name)
                self._mark(names[name])
        if spec.vararg is not None:
            names[spec.vararg.arg] = Seq(list(args.values[len(positional) :]))
        return names

    def _mark(self, value: Value) -> None:
        data = data_of(value)
        if data is not None:
            data.rows.parameter = True

    def alone(self, function: Function, klass: Klass | None) -> None:
        """Walk a function by itself; what a caller would hand over is known by its name only."""
        spec = function.node.args
        names: dict[str, Value] = {}
        positional = [item.arg for item in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]
        empty = Args([], [], {}, {})
        self._calls = []
        if klass is not None and positional:
            me = Instance(klass)
            start = method_of(klass, "__init__")
            if start is not None and start.node is not function.node:
                self._run(start, self._parameters(start._replace(self_value=me), empty))
            names[positional[0]] = me
            positional = positional[1:]
        for name in positional:
            data = self.fresh(name)
            data.rows.parameter = True
            names[name] = data
        self._run(function, names)


def decision(node: ast.expr, value: Value, walker: Expressions) -> bool | None:
    """Return which way a test goes, None if that is not known."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = decision(node.operand, walker.eval(node.operand), walker)
        return None if inner is None else not inner
    if isinstance(value, Const):
        return bool(value.value)
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


def _given_back(values: list[Value]) -> Value:
    """Return the last value of a function of which anything is known."""
    for value in reversed(values[:30]):
        if value is not None and not (isinstance(value, Const) and value.value is None):
            return value
    return None


_WALK: dict[type, Callable[..., None]] = {
    ast.Assign: Interpreter._assignment,
    ast.AnnAssign: Interpreter._annotated,
    ast.AugAssign: Interpreter._augmented,
    ast.Expr: Interpreter._expression,
    ast.Return: Interpreter._return,
    ast.If: Interpreter._if,
    ast.For: Interpreter._for,
    ast.AsyncFor: Interpreter._for,
    ast.While: Interpreter._while,
    ast.With: Interpreter._with,
    ast.AsyncWith: Interpreter._with,
    ast.Try: Interpreter._try,
    ast.Match: Interpreter._match,
    ast.Delete: Interpreter._delete,
    ast.Import: Interpreter._import,
    ast.ImportFrom: Interpreter._import_from,
    ast.FunctionDef: Interpreter._function,
    ast.AsyncFunctionDef: Interpreter._function,
    ast.ClassDef: Interpreter._class,
}
