"""Conditions of GitHub Actions on the event: which triggers of its file a job or step is for."""

import re
import sqlite3
from bisect import bisect_right

_KINDS = {
    "push": ("push", "tag"),
    "pull_request": ("pull_request",),
    "pull_request_target": ("pull_request",),
    "merge_group": ("pull_request",),
    "schedule": ("schedule",),
    "workflow_dispatch": ("manual",),
    "repository_dispatch": ("api", "data_arrival", "drift_alert"),
    "workflow_run": ("workflow",),
    "workflow_call": ("reusable",),
    "release": ("tag",),
}
_EVERY = frozenset(kind for kinds in _KINDS.values() for kind in kinds)
_EVENT = re.compile(r"github\.event_name\s{0,5}(==|!=)\s{0,5}['\"](\w{1,40})['\"]")


def kinds_of(condition: str | None) -> str:
    """Return the kinds of trigger that a condition lets through, '' if it says nothing of them."""
    if not condition or "github.event_name" not in condition:
        return ""
    allowed: set[str] = set()
    for choice in condition[:2_000].split("||"):
        found = _EVENT.findall(choice)
        if not found or "(" in choice.replace("()", ""):
            return ""  # this choice holds whatever the event is, or is too involved to tell
        kinds = set(_EVERY)
        for comparison, event in found:
            named = _KINDS.get(event, ("api",))
            kinds = kinds.intersection(named) if comparison == "==" else kinds.difference(named)
        allowed |= kinds
    return " ".join(sorted(allowed)) or "none"


class StepConditions:
    """Which kinds of trigger the commands of a step are for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read the steps of the jobs that have a condition on the event."""
        self._steps: dict[tuple[str, str], list[tuple[int, str]]] = {}
        query = (
            "SELECT path, scope, line, condition FROM step WHERE (path, scope) IN"
            " (SELECT path, scope FROM step WHERE condition LIKE '%github.event_name%')"
            " ORDER BY path, scope, line"
        )
        for path, scope, line, condition in connection.execute(query):
            steps = self._steps.setdefault((path, scope), [])
            steps.append((line or 0, kinds_of(condition)))

    def of(self, path: str, scope: str, line: int | None) -> str:
        """Return the kinds that the step around a line is for, '' if it is for all."""
        steps = self._steps.get((path, scope))
        if not steps or line is None:
            return ""
        at = bisect_right(steps, (line, "\uffff")) - 1
        return steps[at][1] if at >= 0 else ""
