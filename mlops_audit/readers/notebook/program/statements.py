"""The statements of a cell: in which order it comes to names, and whether it must."""

import ast
from collections.abc import Mapping
from typing import Any, ClassVar

from mlops_audit.readers.notebook.program.environment import AUTOMAGIC, GIVING_VALUES
from mlops_audit.readers.notebook.program.expressions import OPEN_MODULES, Expressions, Handler
from mlops_audit.readers.notebook.program.reruns import changed_name
from mlops_audit.readers.notebook.program.scopes import (
    CHANGE,
    IMPORT,
    VALUE,
    CellNames,
    Event,
    Function,
    Scope,
)

_SWALLOWED = frozenset({"NameError", "Exception", "BaseException"})
_TOLERANT = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex"})
_PLAIN = (
    ast.Constant, ast.List, ast.Dict, ast.Set, ast.Tuple, ast.ListComp, ast.DictComp, ast.SetComp,
    ast.BinOp, ast.Compare, ast.JoinedStr,
)  # fmt: skip


def read_names(tree: ast.Module) -> CellNames:
    """Return what a cell does to names.

    Raises:
        RecursionError: the code is nested too deeply.
    """
    walk = _Statements()
    walk.each(tree.body)
    return CellNames(walk.events, walk.functions)


class _Statements(Expressions):
    def function(self, node: Any) -> None:
        self.each(node.decorator_list)
        top = self.scope.kind == "cell"
        if top:
            self.owner = node.name
        inner = self.call_later(node, node.body)
        if top:
            self.owner = ""
            plain = type(node) is ast.FunctionDef and not node.decorator_list
            if plain and not inner.generator:
                self.functions[node.name, node.lineno] = _function(inner)
        self.bind(node.name, node.lineno)

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
        self.end(node.lineno)
        if self.branches:
            self.scope.left = True

    def yields(self, node: ast.Yield | ast.YieldFrom) -> None:
        self.parts(node)
        self.scope.generator = True

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
            if alias.name == "*" or alias.name in OPEN_MODULES:
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

    handlers: ClassVar[Mapping[type[ast.AST], Handler]] = {
        **Expressions.handlers,
        ast.FunctionDef: function,
        ast.AsyncFunctionDef: function,
        ast.ClassDef: class_,
        ast.Global: declare,
        ast.Nonlocal: declare,
        ast.Return: ends,
        ast.Raise: ends,
        ast.Yield: yields,
        ast.YieldFrom: yields,
        ast.Assign: assign,
        ast.AnnAssign: annotated,
        ast.AugAssign: augmented,
        ast.Expr: expression,
        ast.Import: import_,
        ast.ImportFrom: import_,
        ast.If: if_,
        ast.For: loop,
        ast.AsyncFor: loop,
        ast.While: loop,
        ast.With: with_,
        ast.AsyncWith: with_,
        ast.Try: try_,
        ast.TryStar: try_,
        ast.Match: match,
        ast.MatchAs: pattern,
        ast.MatchStar: pattern,
        ast.MatchMapping: pattern,
    }


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
        return type(func) is ast.Name and func.id in GIVING_VALUES
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
