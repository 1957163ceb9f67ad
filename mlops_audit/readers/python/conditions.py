"""Recording what is compared, and what the outcome decides."""

import ast
from collections.abc import Iterable

from mlops_audit.readers.python.comparisons import describe_test
from mlops_audit.readers.python.records import ConditionRecord
from mlops_audit.readers.python.walk import Walk

_ORDERING = frozenset({"<", "<=", ">", ">="})


class Conditions(Walk):
    """The part of the walk that keeps comparisons."""

    def condition(
        self,
        kind: str,
        test: ast.expr,
        node: ast.expr | ast.stmt,
        events: Iterable[str],
        calls: int,
    ) -> None:
        """Record a condition; ``calls`` is where its branches begin.

        Only an `if` is worth recording without a comparison.
        """
        described = describe_test(test, self.compared)
        names, operators, _ = described
        if operators or (names and kind == "if"):
            self._record(kind, described, node, tuple(dict.fromkeys(events)), calls)

    def kept(self, test: ast.expr, name: str | None) -> None:
        """Record a comparison of sizes whose outcome is kept under a name."""
        label = (name or "").rpartition(".")[2]
        if not label.isidentifier():
            return
        names, operators, numbers = describe_test(test, self.compared)
        if not _ORDERING.isdisjoint(operators.split()):
            described = f"{label.lower()[:60]} {names}", operators, numbers
            self._record("value", described, test, (), len(self.out.calls))

    def _record(
        self,
        kind: str,
        described: tuple[str, str, str],
        node: ast.expr | ast.stmt,
        events: tuple[str, ...],
        calls: int,
    ) -> None:
        self.out.conditions.append(
            ConditionRecord(
                self.unit.cell,
                node.lineno,
                node.end_lineno,
                self.scope,
                kind,
                self.loops > 0,
                *described,
                events,
                tuple(self.out.calls[calls:]),
            )
        )
