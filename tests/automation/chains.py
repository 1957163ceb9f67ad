"""Chains of the automation graph, written as text and looked up in the fact tables.

A chain says what starts what and where it ends:

    schedule(0 3 * * 1) > .github/workflows/train.yml#job:train > train.py#fit > train

The first part is the kind of a trigger (with its detail, if that matters) or a unit; parts in
between are units, written ``path#scope``; the last part may be a word for what is done there.
"""

import sqlite3
from itertools import pairwise
from typing import NamedTuple

from mlops_audit.linking.index import Unit
from mlops_audit.linking.units import UnitGraph, unit_graph
from mlops_audit.schema import CallEdge, CommandTarget

KINDS = (
    "push",
    "pull_request",
    "tag",
    "schedule",
    "manual",
    "data_arrival",
    "drift_alert",
    "api",
    "workflow",
    "reusable",
)


class Chain(NamedTuple):
    """A chain in its parts."""

    trigger: str
    detail: str
    dead: bool
    units: tuple[Unit, ...]
    action: str


def parse(text: str) -> Chain:
    """Return the parts of a chain."""
    parts = [part.strip() for part in text.split(" > ")]
    trigger = detail = action = ""
    dead = parts[0].startswith("dead ")
    kind, _, rest = parts[0].removeprefix("dead ").partition("(")
    if kind in KINDS:
        trigger, detail = kind, rest.removesuffix(")")
        parts = parts[1:]
    if parts and "/" not in parts[-1] and "." not in parts[-1] and "#" not in parts[-1]:
        action = parts.pop() if parts[-1].islower() else ""
    units = tuple(Unit(path, scope) for path, _, scope in (part.partition("#") for part in parts))
    return Chain(trigger, detail, dead, units, action)


class Chains:
    """Looks chains up in a linked repository."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep the facts."""
        self._connection = connection
        edges = [CallEdge(*row) for row in connection.execute("SELECT * FROM call_edge")]
        targets = [
            CommandTarget(*row) for row in connection.execute("SELECT * FROM command_target")
        ]
        self.graph: UnitGraph = unit_graph(connection, edges, targets)

    def holds(self, text: str) -> bool:
        """Tell whether the facts say what the chain says."""
        chain = parse(text)
        if chain.action and not self._acts(chain.units[-1], chain.action):
            return False
        if not chain.trigger:
            return self._connected(chain.units)
        return self._triggered(chain) and self._connected(chain.units)

    def _acts(self, unit: Unit, action: str) -> bool:
        query = "SELECT 1 FROM action WHERE path = ? AND scope = ? AND action = ? LIMIT 1"
        return bool(self._connection.execute(query, (*unit, action)).fetchall())

    def _connected(self, units: tuple[Unit, ...]) -> bool:
        return all(after in self.graph.reach([before]) for before, after in pairwise(units))

    def _triggered(self, chain: Chain) -> bool:
        query = (
            "SELECT trigger_path, trigger_line, trigger_scope, path, scope FROM trigger_reach"
            " WHERE kind = ? AND live = ? AND (? = '' OR detail = ?)"
        )
        values = (chain.trigger, not chain.dead, chain.detail, chain.detail)
        reached: dict[tuple[str, int, str], set[Unit]] = {}
        for path, line, scope, target, target_scope in self._connection.execute(query, values):
            reached.setdefault((path, line, scope), set()).add(Unit(target, target_scope))
        return any(found.issuperset(chain.units) for found in reached.values())
