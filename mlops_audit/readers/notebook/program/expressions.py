"""The expressions of a cell, as far as they use, bind or open up names."""

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from mlops_audit.readers.notebook.program.environment import OPEN_MAGICS
from mlops_audit.readers.notebook.program.scopes import Scope, Scopes

Handler = Callable[[Any, Any], None]

#: Calls and attributes that give access to all names, and so may bind any.
_OPEN_CALLS = frozenset({"exec", "execfile", "globals"})
_OPEN_ATTRIBUTES = frozenset(
    {"user_ns", "user_global_ns", "run_cell", "run_cell_async", "init_session", "load_session"}
)
OPEN_MODULES = frozenset({"builtins", "__builtin__", "__builtins__", "__main__"})
_MAGIC_CALLS = frozenset({"magic", "run_line_magic", "run_cell_magic", "line_magic"})
_NAMESPACES = frozenset({"globals", "locals", "vars", "dir"})
_ENDS = (ast.Return, ast.Raise)
_WORDS = 1_000


class Expressions(Scopes):
    """Walks syntax trees; what has no handler of its own is walked part by part."""

    def visit(self, node: ast.AST) -> None:
        self.handlers.get(type(node), Expressions.parts)(self, node)

    def each(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.handlers.get(type(node), Expressions.parts)(self, node)

    def parts(self, node: ast.AST) -> None:
        handlers, plain = self.handlers, Expressions.parts
        for field in node._fields:
            value = getattr(node, field, None)
            if type(value) is list:
                for item in value:
                    if isinstance(item, ast.AST):
                        handlers.get(type(item), plain)(self, item)
            elif isinstance(value, ast.AST):
                handlers.get(type(value), plain)(self, value)

    def maybe(self, nodes: Iterable[ast.AST]) -> None:
        """Walk what may not run."""
        self.branches += 1
        self.each(nodes)
        self.branches -= 1

    def harmless(self, nodes: Iterable[ast.AST]) -> None:
        """Walk what never runs, or may fail without harm: it binds, but needs nothing."""
        self.guards += 1
        self.each(nodes)
        self.guards -= 1

    def leaf(self, node: ast.AST) -> None:
        """Pass by what holds no names."""

    def name(self, node: ast.Name) -> None:
        if type(node.ctx) is ast.Load:
            if node.id in OPEN_MODULES:
                self.wild(node.lineno)
            self.use(node.id, node.lineno)
        elif type(node.ctx) is ast.Store:
            self.bind(node.id, node.lineno)
        else:
            self.delete(node.id, node.lineno)

    def attribute(self, node: ast.Attribute) -> None:
        if node.attr in _OPEN_ATTRIBUTES:
            self.wild(node.lineno)
        self.visit(node.value)

    def call(self, node: ast.Call) -> None:
        func = node.func
        if type(func) is ast.Name:
            name = func.id
            local = name in ("locals", "vars") and not node.args
            if name in _OPEN_CALLS or (local and self.scope.kind != "function"):
                self.wild(node.lineno)
            elif name == "var":
                self._symbols(node)
            elif name in ("exit", "quit"):
                self.end(node.lineno)
            self.use(name, node.lineno, call=True)
        else:
            if type(func) is ast.Attribute:
                if func.attr in _MAGIC_CALLS:
                    self._magic(node)
                elif func.attr == "var":
                    self._symbols(node)
            self.visit(func)
        self.each(node.args)
        for keyword in node.keywords:
            self.visit(keyword.value)

    def _symbols(self, node: ast.Call) -> None:
        """Take `var("x y")`, by which SymPy puts symbols among the names of the notebook."""
        for argument in node.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                for word in argument.value[:_WORDS].replace(",", " ").split():
                    self.may_bind(word, node.lineno)

    def _magic(self, node: ast.Call) -> None:
        words: list[str] = []
        for argument in node.args:
            if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                self.wild(node.lineno)
                return
            words.extend(argument.value[:_WORDS].split())
        if words and words[0].lstrip("%") in OPEN_MAGICS:
            self.wild(node.lineno)
        for word in words[1:]:
            if word.isidentifier():
                self.may_bind(word, node.lineno)

    def compare(self, node: ast.Compare) -> None:
        left, right = node.left, node.comparators[0]
        if (
            isinstance(left, ast.Constant)
            and isinstance(left.value, str)
            and isinstance(right, ast.Call)
            and isinstance(right.func, ast.Name)
            and right.func.id in _NAMESPACES
            and not right.args
        ):
            # Who asks `"df" in globals()` knows that there may be none.
            self.may_bind(left.value, node.lineno)
        else:
            self.parts(node)

    def boolean(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        self.maybe(node.values[1:])

    def choice(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self.maybe((node.body, node.orelse))

    def walrus(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.bind_walrus(node.target.id, node.lineno)

    def comprehension(self, node: Any) -> None:
        first = node.generators[0]
        self.visit(first.iter)
        self.enter("comprehension")
        for generator in node.generators:
            if generator is not first:
                self.visit(generator.iter)
            self.visit(generator.target)
            self.each(generator.ifs)
        self.each((node.key, node.value) if type(node) is ast.DictComp else (node.elt,))
        self.leave()

    def lambda_(self, node: ast.Lambda) -> None:
        self.call_later(node, (node.body,))

    def call_later(self, node: Any, body: Iterable[ast.AST]) -> Scope:
        arguments = node.args
        self.each(arguments.defaults)
        self.each(default for default in arguments.kw_defaults if default is not None)
        counters = self.branches, self.loops, self.guards
        self.branches = self.loops = self.guards = 0
        scope = self.enter("function")
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            scope.binds.add(argument.arg)
        for argument in (arguments.vararg, arguments.kwarg):
            if argument is not None:
                scope.binds.add(argument.arg)
        scope.binds.update(each.name for each in getattr(node, "type_params", ()))
        lines = list(body)
        end = next((n for n, each in enumerate(lines, 1) if type(each) in _ENDS), len(lines))
        self.each(lines[:end])
        self.harmless(lines[end:])
        self.leave()
        self.branches, self.loops, self.guards = counters
        return scope

    handlers: ClassVar[Mapping[type[ast.AST], Handler]] = {
        ast.Constant: leaf,
        ast.Name: name,
        ast.Attribute: attribute,
        ast.Call: call,
        ast.Compare: compare,
        ast.BoolOp: boolean,
        ast.IfExp: choice,
        ast.NamedExpr: walrus,
        ast.ListComp: comprehension,
        ast.SetComp: comprehension,
        ast.DictComp: comprehension,
        ast.GeneratorExp: comprehension,
        ast.Lambda: lambda_,
    }
