"""One file, or one notebook cell after the other, into the rows of the code tables."""

import ast
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.python.blocks import function_block, run_blocks
from mlops_audit.readers.python.origin_rows import origin_rows
from mlops_audit.readers.python.origins import Resolver
from mlops_audit.readers.python.records import CallRecord, ConditionRecord
from mlops_audit.readers.python.statements import Statements, is_main_guard
from mlops_audit.readers.python.unit import Unit
from mlops_audit.schema import (
    Assertion,
    Assignment,
    Base,
    Call,
    CallArgument,
    Condition,
    Decorator,
    Diagnostic,
)

_EXITS = frozenset({"sys.exit", "builtins.exit", "builtins.quit", "os._exit", "os.abort"})
_EXPECTATIONS = frozenset({"pytest.raises", "pytest.warns", "pytest.fail"})
_MAX_CONDITION_CALLS = 20


class Analysis:
    """Collects facts from pieces of code that share one environment."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._walk = Statements(path)

    def add(self, tree: ast.Module, lines: list[str], cell: int | None = None) -> None:
        """Walk the module level of one piece of code; functions follow in `rows`."""
        walk = self._walk
        unit = Unit(lines, cell)
        try:
            walk.out.top_level_statements += sum(map(_counts, tree.body))
        except RecursionError:
            walk.out.too_deep.append(1)
        walk.unit = unit
        walk.scope, walk.owner, walk.class_body = "", "", False
        walk.chain = (walk.module_names,)
        walk.loops = walk.guards = walk.tries = walk.handlers = 0
        if walk.out.docstring is False and cell is None and ast.get_docstring(tree, clean=False):
            walk.out.docstring = True
        walk.visit_guarded(tree.body)
        walk.out.rows.extend(run_blocks(self.path, cell, lines, tree.body))

    def add_apart(self, tree: ast.Module, lines: list[str], cell: int | None = None) -> None:
        """Walk code that has an environment of its own: a file that a notebook cell writes."""
        walk = self._walk
        kept = walk.module_names, list(walk.stars)
        counted = walk.out.main_guard, walk.out.top_level_statements
        walk.module_names = {}
        self.add(tree, lines, cell)
        walk.module_names, walk.stars = kept
        walk.out.main_guard, walk.out.top_level_statements = counted

    @property
    def main_guard(self) -> int | None:
        """Line of the main guard."""
        return self._walk.out.main_guard

    @property
    def docstring(self) -> bool:
        """Whether the module has a docstring."""
        return self._walk.out.docstring

    @property
    def top_level_statements(self) -> int:
        """Number of statements at module level that do something."""
        return self._walk.out.top_level_statements

    def rows(self) -> Iterator[Any]:
        """Walk the functions, resolve every name and yield the rows."""
        walk = self._walk
        while walk.deferred:
            function = walk.deferred.popleft()
            walk.enter(function)
            block = function_block(
                self.path,
                function.unit.cell,
                function.unit.lines,
                function.node,
                function.qualname,
                function.names,
            )
            if block is not None:
                walk.out.rows.append(block)
        out = walk.out
        resolver = Resolver(out.definitions)
        yield from out.rows
        calls = out.calls
        calls.sort(key=_place)
        for number, call in enumerate(calls):
            call.id = number
        for call in calls:
            yield from self._call(call, resolver)
        recorded = set(map(id, calls)) if "calls" in out.full else None
        for item in out.decorators:
            target = resolver.target(item.origin) or unknown(item.name)
            kept = item.call is not None and (recorded is None or id(item.call) in recorded)
            number_of = item.call.id if item.call is not None and kept else None
            yield Decorator(self.path, item.cell, item.line, item.qualname, target, number_of)
        for base in out.bases:
            target = resolver.target(base.origin) or unknown(base.name)
            yield Base(self.path, base.line, base.qualname, target)
        for bound in out.bound:
            yield Assignment(
                self.path, bound.cell, bound.line, bound.scope, bound.name, "call",
                _call_target(bound.call, resolver),
            )  # fmt: skip
        yield from origin_rows(self.path, out, walk.module_names, resolver)
        for condition in out.conditions:
            yield self._condition(condition, resolver)
        if out.too_deep:
            yield self._diagnostic(
                out.too_deep[0],
                f"{len(out.too_deep)} statement(s) are nested too deeply to be followed.",
            )
        for kind in sorted(out.full):
            yield self._diagnostic(None, f"Too many {kind}; the rest was not recorded.")

    def _diagnostic(self, line: int | None, problem: str) -> Diagnostic:
        return Diagnostic(self.path, line, "python", problem, True)

    def _call(self, call: CallRecord, resolver: Resolver) -> Iterator[Any]:
        target = _call_target(call, resolver)
        method = target.rpartition(".")[2]
        yield Call(
            self.path,
            call.id,
            call.cell,
            call.line,
            call.end_line,
            call.scope,
            call.name,
            target,
            method,
            call.receiver,
            call.result,
            call.in_loop,
            call.guarded,
            call.count,
        )
        for position, (keyword, kind, value, origin) in enumerate(call.arguments):
            found = resolver.target(origin) if origin is not None else None
            if kind == "call":
                value = found
            yield CallArgument(self.path, call.id, position, keyword, kind, value, found)
        if method.startswith("assert") or target in _EXPECTATIONS:
            yield Assertion(self.path, call.line, call.scope, call.trivial)

    def _condition(self, condition: ConditionRecord, resolver: Resolver) -> Condition:
        targets = dict.fromkeys(_call_target(call, resolver) for call in condition.calls[:200])
        events = list(condition.events)
        if not _EXITS.isdisjoint(targets):
            events.append("exit")
        if targets:
            events.append("call")
        return Condition(
            self.path,
            condition.cell,
            condition.line,
            condition.end_line,
            condition.scope,
            condition.kind,
            condition.in_loop,
            condition.names,
            condition.operators,
            condition.numbers,
            " ".join(events),
            " ".join(list(targets)[:_MAX_CONDITION_CALLS]),
        )


def _place(call: CallRecord) -> tuple[int, int, int]:
    return -1 if call.cell is None else call.cell, call.line, call.column


def unknown(name: str) -> str:
    """Return the target of a name that was not resolved."""
    last = name.rpartition(".")[2]
    return f"?.{last}" if last.isidentifier() else "?"


def _call_target(call: CallRecord, resolver: Resolver) -> str:
    return resolver.target(call.origin) or f"?.{call.method}"


def _counts(statement: ast.stmt) -> bool:
    """Tell whether a statement at module level does something."""
    if isinstance(
        statement,
        (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass),
    ):
        return False
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        named = all(
            isinstance(target, ast.Name) and (target.id.isupper() or target.id.startswith("__"))
            for target in targets
        )
        return not named and not isinstance(statement.value, (ast.Constant, type(None)))
    if isinstance(statement, ast.If):
        if is_main_guard(statement.test):
            return False
        return any(map(_counts, (*statement.body, *statement.orelse)))
    if isinstance(statement, ast.Try):
        handlers = [inner for handler in statement.handlers for inner in handler.body]
        inner = (*statement.body, *statement.orelse, *statement.finalbody)
        imports = any(isinstance(part, (ast.Import, ast.ImportFrom)) for part in statement.body)
        return any(map(_counts, inner if imports else (*inner, *handlers)))
    return True
