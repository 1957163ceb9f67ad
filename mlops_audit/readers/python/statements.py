"""Walking statements: bindings, control flow and what decides it."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from mlops_audit.readers.python.assignments import Assignments
from mlops_audit.readers.python.comparisons import always_true, may_compare
from mlops_audit.schema import Assertion


class Statements(Assignments):
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
    ast.Assign: Statements.assign_statement,
    ast.AnnAssign: Statements.annotated_statement,
    ast.AugAssign: Statements.augmented_statement,
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
