"""Walking statements: assignments, branches, loops, functions and classes of one file."""

import ast
from collections.abc import Callable, Sequence

from mlops_audit.readers.python.flow.arguments import Args
from mlops_audit.readers.python.flow.bindings import Bindings
from mlops_audit.readers.python.flow.branches import Branches
from mlops_audit.readers.python.flow.parts import method_of
from mlops_audit.readers.python.flow.state import Env, data_of
from mlops_audit.readers.python.flow.values import (
    Const,
    Function,
    Instance,
    Klass,
    Name,
    Seq,
    Value,
)

_MAX_CALLS = 5
_MAX_BLOCK = 3_000


class Interpreter(Branches):
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

    def _expression(self, node: ast.Expr) -> None:
        self.eval(node.value)

    def _return(self, node: ast.Return) -> None:
        self.env.returned.append(self.eval(node.value))

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

    def in_turn(self, klass: Klass, methods: Sequence[Function]) -> None:
        """Walk methods in the order in which they stand, with one object."""
        me = Instance(klass)
        empty = Args([], [], {}, {})
        start = method_of(klass, "__init__")
        if start is not None:
            self._run(start, self._parameters(start._replace(self_value=me), empty))
        for method in methods[:40]:
            if start is None or method.node is not start.node:
                self._run(method, self._parameters(method._replace(self_value=me), empty))

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


def _given_back(values: list[Value]) -> Value:
    """Return the last value of a function of which anything is known."""
    for value in reversed(values[:30]):
        if value is not None and not (isinstance(value, Const) and value.value is None):
            return value
    return None


_WALK: dict[type, Callable[..., None]] = {
    ast.Assign: Bindings._assignment,
    ast.AnnAssign: Bindings._annotated,
    ast.AugAssign: Bindings._augmented,
    ast.Expr: Interpreter._expression,
    ast.Return: Interpreter._return,
    ast.If: Branches._if,
    ast.For: Branches._for,
    ast.AsyncFor: Branches._for,
    ast.While: Branches._while,
    ast.With: Branches._with,
    ast.AsyncWith: Branches._with,
    ast.Try: Branches._try,
    ast.Match: Branches._match,
    ast.Delete: Bindings._delete,
    ast.Import: Interpreter._import,
    ast.ImportFrom: Interpreter._import_from,
    ast.FunctionDef: Interpreter._function,
    ast.AsyncFunctionDef: Interpreter._function,
    ast.ClassDef: Interpreter._class,
}
