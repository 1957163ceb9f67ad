"""The walk over the syntax tree of a cell that finds what it does to names."""

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mlops_audit.readers.notebook.environment import AUTOMAGIC, OPEN_MAGICS
from mlops_audit.readers.notebook.names import (
    CHANGE,
    IMPORT,
    VALUE,
    CellNames,
    Event,
    Function,
    Scope,
    Scopes,
)
from mlops_audit.readers.notebook.reruns import changed_name

_SWALLOWED = frozenset({"NameError", "Exception", "BaseException"})
_TOLERANT = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex"})
#: Calls and attributes that give access to all names, and so may bind any.
_OPEN_CALLS = frozenset({"exec", "execfile", "globals"})
_OPEN_ATTRIBUTES = frozenset(
    {"user_ns", "user_global_ns", "run_cell", "run_cell_async", "init_session", "load_session"}
)
_OPEN_MODULES = frozenset({"builtins", "__builtin__", "__builtins__", "__main__"})
_MAGIC_CALLS = frozenset({"magic", "run_line_magic", "run_cell_magic", "line_magic"})
_NAMESPACES = frozenset({"globals", "locals", "vars", "dir"})
_PLAIN = (
    ast.Constant, ast.List, ast.Dict, ast.Set, ast.Tuple, ast.ListComp, ast.DictComp, ast.SetComp,
    ast.BinOp, ast.Compare, ast.JoinedStr,
)  # fmt: skip
#: Built-in functions whose result can't be called.
_GIVING_VALUES = frozenset(
    [
        "abs",
        "all",
        "any",
        "bool",
        "bytes",
        "dict",
        "divmod",
        "float",
        "frozenset",
        "input",
        "int",
        "len",
        "list",
        "max",
        "min",
        "open",
        "ord",
        "range",
        "repr",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
    ]
)
_ENDS = (ast.Return, ast.Raise)
_WORDS = 1_000


def read_names(tree: ast.Module) -> CellNames:
    """Return what a cell does to names.

    Raises:
        RecursionError: the code is nested too deeply.
    """
    walk = _Walk()
    walk.each(tree.body)
    return CellNames(walk.events, walk.functions)


class _Walk(Scopes):
    def visit(self, node: ast.AST) -> None:
        _HANDLERS.get(type(node), _Walk.parts)(self, node)

    def each(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            _HANDLERS.get(type(node), _Walk.parts)(self, node)

    def parts(self, node: ast.AST) -> None:
        for field in node._fields:
            value = getattr(node, field, None)
            if type(value) is list:
                for item in value:
                    if isinstance(item, ast.AST):
                        _HANDLERS.get(type(item), _Walk.parts)(self, item)
            elif isinstance(value, ast.AST):
                _HANDLERS.get(type(value), _Walk.parts)(self, value)

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

    # Expressions.

    def name(self, node: ast.Name) -> None:
        if type(node.ctx) is ast.Load:
            if node.id in _OPEN_MODULES:
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
                    self.bind(word, node.lineno)

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

    # Functions and classes.

    def lambda_(self, node: ast.Lambda) -> None:
        self._call_later(node, (node.body,))

    def function(self, node: Any) -> None:
        self.each(node.decorator_list)
        top = self.scope.kind == "cell"
        if top:
            self.owner = node.name
        inner = self._call_later(node, node.body)
        if top:
            self.owner = ""
            plain = type(node) is ast.FunctionDef and not node.decorator_list
            if plain and not inner.generator:
                self.functions[node.name, node.lineno] = _function(inner)
        self.bind(node.name, node.lineno)

    def _call_later(self, node: Any, body: Iterable[ast.AST]) -> Scope:
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

    def class_(self, node: ast.ClassDef) -> None:
        self.each(node.decorator_list)
        self.each(node.bases)
        self.each(keyword.value for keyword in node.keywords)
        top = self.scope.kind == "cell"
        if top:
            self.owner = node.name
        scope = self.enter("class")
        scope.binds.update(each.name for each in getattr(node, "type_params", ()))
        self.each(node.body)
        self.leave()
        if top:
            self.owner = ""
        self.bind(node.name, node.lineno)

    def declare(self, node: ast.Global | ast.Nonlocal) -> None:
        self.scope.declared.update(node.names)

    def ends(self, node: ast.Return | ast.Raise) -> None:
        self.parts(node)
        if self.branches:
            self.scope.left = True

    def yields(self, node: ast.Yield | ast.YieldFrom) -> None:
        self.parts(node)
        self.scope.generator = True

    # Statements.

    def assign(self, node: ast.Assign) -> None:
        self._changes(node)
        self.visit(node.value)
        plain = len(node.targets) == 1 and _is_plain(node.value)
        for target in node.targets:
            if type(target) is ast.Name:
                self.bind(target.id, target.lineno, VALUE if plain else "")
            else:
                self.visit(target)

    def annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
        self.visit(node.target)

    def augmented(self, node: ast.AugAssign) -> None:
        self._changes(node)
        if isinstance(node.target, ast.Name):
            self.use(node.target.id, node.lineno)
        self.visit(node.value)
        self.visit(node.target)

    def expression(self, node: ast.Expr) -> None:
        self._changes(node)
        if type(node.value) is ast.Name and node.value.id in AUTOMAGIC:
            self.may_bind(node.value.id, node.lineno)
        self.visit(node.value)

    def _changes(self, node: ast.stmt) -> None:
        if self.scope.kind == "cell" and not (self.branches or self.loops or self.guards):
            name = changed_name(node)
            if name:
                self.events.append(Event(CHANGE, name, node.lineno, True))

    def import_(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*" or alias.name in _OPEN_MODULES:
                self.wild(node.lineno)
            if alias.name != "*":
                name = alias.asname or alias.name.partition(".")[0]
                self.bind(name, node.lineno, IMPORT)

    def if_(self, node: ast.If) -> None:
        self.visit(node.test)
        always = _truth(node.test)
        for taken, body in ((True, node.body), (False, node.orelse)):
            if always is None:
                self.maybe(body)
            elif always is taken:
                self.each(body)
            else:
                self.harmless(body)

    def loop(self, node: Any) -> None:
        if type(node) is ast.While:
            self.visit(node.test)
        else:
            self.visit(node.iter)
            self.visit(node.target)
        self.loops += 1
        dead = type(node) is ast.While and _truth(node.test) is False
        (self.harmless if dead else self.each)(node.body)
        self.loops -= 1
        self.maybe(node.orelse)

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars is not None:
                self.visit(item.optional_vars)
        contexts = (item.context_expr for item in node.items)
        (self.harmless if any(map(_forgives, contexts)) else self.each)(node.body)

    def try_(self, node: Any) -> None:
        (self.harmless if any(map(_swallows, node.handlers)) else self.each)(node.body)
        for handler in node.handlers:
            self.branches += 1
            if handler.type is not None:
                self.visit(handler.type)
            if handler.name:
                self.bind(handler.name, handler.lineno)
            self.each(handler.body)
            self.branches -= 1
        self.maybe(node.orelse)
        self.each(node.finalbody)

    def match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        for case in node.cases:
            self.visit(case.pattern)
            self.maybe((*([case.guard] if case.guard is not None else []), *case.body))

    def pattern(self, node: Any) -> None:
        name = node.rest if type(node) is ast.MatchMapping else node.name
        if name:
            self.bind(name, node.lineno)
        self.parts(node)


def _function(scope: Scope) -> Function:
    needs: dict[str, int] = {}
    calls = set()
    for name, line, certain, call in scope.uses:
        if certain and name not in scope.binds:
            needs.setdefault(name, line)
            if call:
                calls.add(name)
    return Function(needs, frozenset(calls))


def _is_plain(node: ast.expr) -> bool:
    """Tell whether a value is certainly nothing that can be called."""
    if type(node) is ast.Call:
        func = node.func
        return type(func) is ast.Name and func.id in _GIVING_VALUES
    return isinstance(node, _PLAIN)


def _truth(node: ast.expr) -> bool | None:
    """Return what a test always gives, None if it depends."""
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if isinstance(node, ast.Name):
        return False if node.id == "TYPE_CHECKING" else None
    if (
        isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Name)
        and node.left.id == "__name__"
        and isinstance(node.ops[0], ast.Eq)
    ):
        return True
    return None


def _swallows(handler: ast.ExceptHandler) -> bool:
    kind = handler.type
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(isinstance(each, ast.Name) and each.id in _SWALLOWED for each in kinds)


def _forgives(context: ast.expr) -> bool:
    """Tell whether a `with` lets the error of an unknown name pass."""
    func = context.func if isinstance(context, ast.Call) else None
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    return name in _TOLERANT


_HANDLERS: Mapping[type[ast.AST], Callable[[_Walk, Any], None]] = {
    ast.Constant: _Walk.leaf,
    ast.Name: _Walk.name,
    ast.Attribute: _Walk.attribute,
    ast.Call: _Walk.call,
    ast.Compare: _Walk.compare,
    ast.BoolOp: _Walk.boolean,
    ast.IfExp: _Walk.choice,
    ast.NamedExpr: _Walk.walrus,
    ast.ListComp: _Walk.comprehension,
    ast.SetComp: _Walk.comprehension,
    ast.DictComp: _Walk.comprehension,
    ast.GeneratorExp: _Walk.comprehension,
    ast.Lambda: _Walk.lambda_,
    ast.FunctionDef: _Walk.function,
    ast.AsyncFunctionDef: _Walk.function,
    ast.ClassDef: _Walk.class_,
    ast.Global: _Walk.declare,
    ast.Nonlocal: _Walk.declare,
    ast.Return: _Walk.ends,
    ast.Raise: _Walk.ends,
    ast.Yield: _Walk.yields,
    ast.YieldFrom: _Walk.yields,
    ast.Assign: _Walk.assign,
    ast.AnnAssign: _Walk.annotated,
    ast.AugAssign: _Walk.augmented,
    ast.Expr: _Walk.expression,
    ast.Import: _Walk.import_,
    ast.ImportFrom: _Walk.import_,
    ast.If: _Walk.if_,
    ast.For: _Walk.loop,
    ast.AsyncFor: _Walk.loop,
    ast.While: _Walk.loop,
    ast.With: _Walk.with_,
    ast.AsyncWith: _Walk.with_,
    ast.Try: _Walk.try_,
    ast.TryStar: _Walk.try_,
    ast.Match: _Walk.match,
    ast.MatchAs: _Walk.pattern,
    ast.MatchStar: _Walk.pattern,
    ast.MatchMapping: _Walk.pattern,
}
