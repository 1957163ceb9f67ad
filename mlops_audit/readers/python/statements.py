"""Walking statements: bindings, control flow and what decides it."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from mlops_audit.readers.python.annotations import dotted_origin
from mlops_audit.readers.python.calls import literal, part_kind, part_of
from mlops_audit.readers.python.comparisons import COMPARISONS, always_true, may_compare
from mlops_audit.readers.python.definitions import DefinitionWalk
from mlops_audit.readers.python.origins import CONTAINER
from mlops_audit.readers.python.records import BoundRecord
from mlops_audit.schema import Assertion, Assignment

#: Entries of one list or mapping that are looked at.
_MAX_TABLE = 200


class Statements(DefinitionWalk):
    """The statement half of the walk."""

    def visit(self, body: Sequence[ast.stmt]) -> None:
        """Visit statements in order."""
        for statement in body:
            handler = _HANDLERS.get(type(statement))
            if handler is not None:
                handler(self, statement)

    def _expression(self, node: ast.Expr) -> None:
        # A string on its own is a comment.
        if type(node.value) is not ast.Constant:
            self.eval(node.value)

    def _import(self, node: ast.Import) -> None:
        for item in node.names:
            bound = item.asname or item.name.partition(".")[0]
            self.imported(item.name, node.lineno, bound)
            self.bind_name(bound, item.name if item.asname else bound)

    def _import_from(self, node: ast.ImportFrom) -> None:
        parts = [node.module] if node.module else []
        if node.level:
            # Relative to the file's own folder; too many dots end at the root.
            parts = [*self.package[: max(0, len(self.package) - node.level + 1)], *parts]
        module = ".".join(parts)
        for item in node.names:
            if item.name == "*":
                self.imported(module, node.lineno, "*")
                if module and module not in self.stars:
                    self.stars.append(module)
                continue
            target = f"{module}.{item.name}" if module else item.name
            self.imported(target, node.lineno, item.asname or item.name)
            self.bind_name(item.asname or item.name, target)

    def _assign(self, node: ast.Assign) -> None:
        self.events.append("assign")
        value = node.value
        first = node.targets[0]
        if (
            type(value) is ast.Tuple
            and type(first) is ast.Tuple
            and len(value.elts) == len(first.elts)
            and not any(type(item) is ast.Starred for item in (*value.elts, *first.elts))
        ):
            # `a, b = f(), g()`: the values are evaluated before any name is bound.
            both = list(zip(first.elts, value.elts, strict=True))
            origins = [self._bound([name], item) for name, item in both]
            for origin, (name, item) in zip(origins, both, strict=True):
                self.bind(name, origin, item)
            for target in node.targets[1:]:
                self.bind(target, None)
            return
        origin = self._bound(node.targets, value)
        for target in node.targets:
            self.bind(target, origin, value)

    def _bound(self, targets: list[ast.expr], value: ast.expr) -> str | None:
        """Visit a value and record which names it is bound to."""
        origin = self.eval(value)
        plain = value.value if type(value) is ast.Await else value
        if type(plain) is ast.Call:
            call = self.last_call
            if call is not None:
                call.result = self.unit.segment(targets[0], 200)
                for target in targets:
                    name = self._target_name(target)
                    if name and self.room("assignments"):
                        self.out.bound.append(
                            BoundRecord(self.unit.cell, target.lineno, self.scope, name, call)
                        )
            return origin
        if origin is not None and origin[0] == CONTAINER and len(origin) > 2:
            self._table(targets[0], value)
        for target in targets:
            name = self._target_name(target)
            if isinstance(value, COMPARISONS):
                self.kept(value, name)
            if name:
                found = self._worth_keeping(value, name)
                if found is None:
                    break
                if self.room("assignments"):
                    self.out.rows.append(
                        Assignment(
                            self.path, self.unit.cell, target.lineno, self.scope, name, *found
                        )
                    )
        return origin

    def _table(self, target: ast.expr, value: ast.expr) -> None:
        """Note the functions and classes of the repository that a list or mapping holds."""
        if not isinstance(value, (ast.Dict, ast.List, ast.Tuple, ast.Set)):
            return
        if type(target) is not ast.Name:
            return
        parts = value.values if isinstance(value, ast.Dict) else value.elts
        for part in parts[:_MAX_TABLE]:
            if isinstance(part, (ast.Name, ast.Attribute)):
                found = dotted_origin(part, self.lookup)
                if found and found[-1] not in ")]" and not found.startswith("builtins."):
                    self.out.tables.append((self.scope, target.id, found))

    def _worth_keeping(self, value: ast.expr, name: str) -> tuple[str, str | None] | None:
        if isinstance(value, ast.Subscript):
            base = part_of(value, self.unit)
            return None if base is None else (part_kind(value, self.compared), base)
        if name.endswith("]") and isinstance(value, (ast.Name, ast.Attribute)):
            # `run["accuracy"] = accuracy`: what is put under which key.
            return "name", self.unit.segment(value, 500)
        return literal(value, self.unit, name)

    def _target_name(self, target: ast.expr) -> str:
        kind = type(target)
        if (
            kind is ast.Name
            or kind is ast.Attribute
            or (isinstance(target, ast.Subscript) and type(target.slice) is ast.Constant)
        ):
            return self.unit.segment(target, 200)
        return ""

    def _annotated(self, node: ast.AnnAssign) -> None:
        origin = self.annotated(node.annotation)
        if node.value is not None:
            self.events.append("assign")
            found = self._bound([node.target], node.value)
            if found is not None and (origin is None or _tells_more(found)):
                origin = found
        self.bind(node.target, origin, node.value)

    def _augmented(self, node: ast.AugAssign) -> None:
        self.events.append("assign")
        self.eval(node.value)
        if not isinstance(node.target, ast.Name):
            self.eval(node.target)

    def _return(self, node: ast.Return) -> None:
        self.events.append("return")
        if node.value is None:
            return
        if type(node.value) is ast.Tuple:
            self.returned(tuple(self.eval(item) for item in node.value.elts))
        else:
            origin = self.eval(node.value)
            self.returned(origin)
            if origin is None and type(node.value) is ast.Name:
                self.out.definitions.passed.setdefault(self.scope, node.value.id)
        if may_compare(node.value, self.compared):
            self.condition("return", node.value, node, ("return",), len(self.out.calls))

    def _raise(self, node: ast.Raise) -> None:
        self.events.append("raise")
        for part in (node.exc, node.cause):
            if part is not None:
                self.eval(part)

    def _continue(self, node: ast.Continue) -> None:
        self.events.append("continue")

    def _break(self, node: ast.Break) -> None:
        self.events.append("break")

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if not isinstance(target, ast.Name):
                self.eval(target)

    def _global(self, node: ast.Global) -> None:
        self.global_names |= frozenset(node.names)

    def _assert(self, node: ast.Assert) -> None:
        self.eval(node.test)
        if node.msg is not None:
            self.eval(node.msg)
        if self.room("assertions"):
            self.out.rows.append(
                Assertion(self.path, node.lineno, self.scope, always_true(node.test))
            )
        self.condition("assert", node.test, node, ("raise",), len(self.out.calls))

    def _if(self, node: ast.If) -> None:
        # elif branches nest to the right: walked in a loop, so that long chains stay shallow.
        branches: list[tuple[ast.If, int, int]] = []
        current = node
        main = False
        guards = 0
        while True:
            self.eval(current.test)
            branches.append((current, len(self.events), len(self.out.calls)))
            if is_main_guard(current.test):
                main = True
                if self.out.main_guard is None:
                    self.out.main_guard = current.lineno
            else:
                self.guards += 1
                guards += 1
            self.visit(current.body)
            rest = current.orelse
            if len(rest) == 1 and type(rest[0]) is ast.If:
                current = rest[0]
                continue
            self.visit(rest)
            break
        self.guards -= guards
        for branch, events, calls in branches[1:] if main else branches:
            self.condition("if", branch.test, branch, self.events[events:], calls)

    def _while(self, node: ast.While) -> None:
        self.eval(node.test)
        events, calls = len(self.events), len(self.out.calls)
        self.loops += 1
        self.visit(node.body)
        self.loops -= 1
        self.visit(node.orelse)
        self.condition("while", node.test, node, self.events[events:], calls)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        origin = self.eval(node.iter)
        self.bind_iteration(node.target, node.iter, origin)
        self.loops += 1
        self.visit(node.body)
        self.loops -= 1
        self.visit(node.orelse)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            origin = self.eval(item.context_expr)
            if item.optional_vars is not None:
                if type(item.context_expr) is ast.Call and self.last_call is not None:
                    self.last_call.result = self.unit.segment(item.optional_vars, 200)
                self.bind(item.optional_vars, origin)
        self.visit(node.body)

    def _try(self, node: Any) -> None:
        self.tries += 1
        self.visit(node.body)
        self.guards += 1
        self.handlers += 1
        for handler in node.handlers:
            if handler.type is not None:
                self.eval(handler.type)
            if handler.name:
                self.chain[-1][handler.name] = None
            self.visit(handler.body)
        self.handlers -= 1
        self.guards -= 1
        self.visit(node.orelse)
        self.tries -= 1
        self.visit(node.finalbody)

    def _match(self, node: ast.Match) -> None:
        self.eval(node.subject)
        self.guards += 1
        for case in node.cases:
            for part in ast.walk(case.pattern):
                if isinstance(part, (ast.MatchAs, ast.MatchStar)) and part.name:
                    self.chain[-1][part.name] = None
                elif isinstance(part, ast.MatchValue):
                    self.eval(part.value)
            if case.guard is not None:
                self.eval(case.guard)
            self.visit(case.body)
        self.guards -= 1


def _tells_more(origin: str) -> bool:
    """Tell whether a value says better than its annotation what it is: an instance of a class."""
    if origin[0] == CONTAINER:
        return len(origin) > 2
    called = origin.removesuffix("()").rpartition(".")[2]
    return (
        origin[-1] == ")"
        and called[:1].isupper()
        and called != "Field"
        and not origin.startswith("builtins.")
    )


def is_main_guard(test: ast.expr) -> bool:
    """Tell `__name__ == "__main__"`."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return False
    if not isinstance(test.ops[0], ast.Eq):
        return False
    sides = (test.left, test.comparators[0])
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides) and any(
        isinstance(side, ast.Constant) and side.value == "__main__" for side in sides
    )


_HANDLERS: dict[type[ast.AST], Callable[[Statements, Any], None]] = {
    ast.Expr: Statements._expression,
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import_from,
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Return: Statements._return,
    ast.Raise: Statements._raise,
    ast.Continue: Statements._continue,
    ast.Break: Statements._break,
    ast.Delete: Statements._delete,
    ast.Global: Statements._global,
    ast.Nonlocal: Statements._global,
    ast.Assert: Statements._assert,
    ast.If: Statements._if,
    ast.While: Statements._while,
    ast.For: Statements._for,
    ast.AsyncFor: Statements._for,
    ast.With: Statements._with,
    ast.AsyncWith: Statements._with,
    ast.Try: Statements._try,
    ast.TryStar: Statements._try,
    ast.Match: Statements._match,
    ast.FunctionDef: Statements.define_function,
    ast.AsyncFunctionDef: Statements.define_function,
    ast.ClassDef: Statements.define_class,
}
