"""Linking: from what single files say to what the repository does."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from mlops_audit.derived import Derived
from mlops_audit.linking.calls import call_edges
from mlops_audit.linking.chart_values import fill_schedules
from mlops_audit.linking.code_starts import code_start_edges
from mlops_audit.linking.commands import CommandIndex, command_targets
from mlops_audit.linking.entries import entry_points
from mlops_audit.linking.graph import automation_graph
from mlops_audit.linking.idioms import find_idioms, find_reaching_idioms, recorded
from mlops_audit.linking.includes import revive_included
from mlops_audit.linking.index import CodeIndex
from mlops_audit.linking.kind import traits
from mlops_audit.linking.launches import launch_edges
from mlops_audit.linking.randomness import randomness
from mlops_audit.linking.reach import code_triggers, entry_reach, trigger_reach
from mlops_audit.linking.receivers import Named, Receivers, unknown_receivers
from mlops_audit.linking.runs import merge_runs
from mlops_audit.linking.sites import CallSites
from mlops_audit.linking.starts import start_edges
from mlops_audit.linking.step_inputs import input_edges
from mlops_audit.linking.technologies import Catalogue, find_launches, match_technologies
from mlops_audit.linking.technologies.project_names import ProjectNames
from mlops_audit.linking.units import unit_graph
from mlops_audit.linking.zones import file_zones
from mlops_audit.memory import uncollected
from mlops_audit.resources import rulebook
from mlops_audit.schema import Command


class Store(Protocol):
    """What linking needs of a fact store."""

    connection: sqlite3.Connection

    def add(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What a configuration declares instead of letting it be found."""

    #: Path glob -> zone; the first glob that matches decides.
    zones: Mapping[str, str] = field(default_factory=dict)
    kind: str | None = None
    #: Further technology files, or folders of them.
    technologies: tuple[Path, ...] = ()


@uncollected()
def link(
    store: Store, *, overrides: Overrides | None = None, derived: Derived | None = None
) -> Catalogue:
    """Fill the linked tables of a store from its base tables; return what it recognises by.

    ``derived`` may hold the parsed technology files from an earlier run.
    """
    overrides = overrides or Overrides()
    connection = store.connection
    merge_runs(store)
    fill_schedules(connection)
    revive_included(connection)
    catalogue = Catalogue.load([rulebook() / "technologies", *overrides.technologies], derived)
    index = CodeIndex(connection)
    names = ProjectNames(connection, index.values)
    store.add("technology_feature", catalogue.features)
    launches = find_launches(connection, catalogue.technologies.values(), names)
    sites = CallSites(connection, index)
    receivers = Receivers(connection, index, sites)
    named = unknown_receivers(sites, receivers, catalogue.method_names)
    _actions(store, catalogue, launches, names, named)
    store.add("randomness", randomness(connection, catalogue, names))
    commands = CommandIndex(connection, index)
    edges = call_edges(connection, index, sites, receivers) + launch_edges(commands, launches)
    edges += start_edges(connection, commands) + code_start_edges(connection, commands)
    edges += input_edges(connection, commands)
    targets = command_targets(connection, commands)
    store.add("call_edge", edges)
    store.add("command_target", targets)
    entries = entry_points(connection, index)
    store.add("entry_point", entries)
    graph = unit_graph(connection, edges, targets)
    # Services and gates show only in what is reached, so they come after the graph.
    store.add("action", find_reaching_idioms(connection, graph))
    scheduled = code_triggers(connection)
    store.add("entry_reach", entry_reach(connection, graph, entries))
    reached = trigger_reach(connection, graph, scheduled)
    store.add("trigger_reach", reached)
    store.add("file_zone", file_zones(connection, graph, reached, list(overrides.zones.items())))
    store.add("trait", traits(connection, overrides.kind))
    nodes, drawn = automation_graph(connection, graph, scheduled)
    store.add("node", nodes)
    store.add("edge", drawn)
    return catalogue


def _actions(
    store: Store,
    catalogue: Catalogue,
    launches: Sequence[Command],
    names: ProjectNames,
    named: Mapping[tuple[str, int], Sequence[Named]],
) -> None:
    uses, actions = match_technologies(store.connection, catalogue, launches, named, names)
    actions = recorded(store.connection, actions)
    store.add("technology_use", uses)
    store.add("action", actions)
    store.add("action", find_idioms(store.connection, actions))
