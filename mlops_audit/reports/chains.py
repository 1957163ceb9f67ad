"""The automation graph as text: what each trigger reaches, as far as it can be followed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

#: Bounds of the list; the JSON report holds the whole graph.
MAX_TRIGGERS = 30
MAX_PER_TRIGGER = 12
MAX_DEPTH = 12
_MAX_STEPS = 20_000

#: Actions in the order in which a model's story is told; others follow by name.
_STORY = """
load_data validate_data data_test split train tune evaluate model_test gate register_model
promote_model package build_image deploy serve predict_batch monitor_infra monitor_data_quality
monitor_drift monitor_model alert trigger_run run_pipeline test
"""
_ORDER = {action: rank for rank, action in enumerate(re.findall(r"\w+", _STORY))}
#: Actions that say nothing about what automation is for.
_SMALL = frozenset(
    {"parse_config", "read_secret", "seed", "deterministic", "authenticate", "format", "save_data"}
    | {"describe_data", "explain", "prepare_data", "fit_transform", "predict", "load_model"}
    | {"save_model", "log_artifact"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One way from a trigger to something that acts, or to where the trail ends."""

    steps: tuple[tuple[str, str], ...]  # (kind, label)
    actions: tuple[str, ...]
    resolved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerChains:
    """A trigger with the chains it starts."""

    node: str  # id in the graph
    label: str
    path: str | None
    line: int | None
    #: Everything that it reaches.
    actions: tuple[str, ...]
    chains: tuple[Chain, ...]
    more: int
    #: Jobs of which nothing is known but that they start.
    idle: tuple[str, ...]


def trigger_chains(automation: dict[str, Any]) -> tuple[tuple[TriggerChains, ...], int]:
    """Return the triggers with their chains, those that reach most first, and how many more."""
    graph = _Graph(automation)
    found = [
        _chains(graph, name, node)
        for name, node in graph.nodes.items()
        # What others call runs nothing by itself.
        if node.get("kind") == "trigger" and not str(node.get("label", "")).startswith("reusable")
    ]
    found.sort(key=lambda item: (-len(item.actions), item.path or "", item.line or 0))
    return tuple(found[:MAX_TRIGGERS]), max(0, len(found) - MAX_TRIGGERS)


class _Graph:
    """Nodes, what follows each of them, and what each does."""

    def __init__(self, automation: dict[str, Any]) -> None:
        self.nodes = {str(node["id"]): node for node in automation.get("nodes", ())}
        self.following: dict[str, list[tuple[str, bool]]] = {}
        self.actions: dict[str, list[str]] = {}
        for edge in automation.get("edges", ()):
            source, target = str(edge["source"]), str(edge["target"])
            node = self.nodes.get(target, {})
            if node.get("kind") == "action":
                self.actions.setdefault(source, []).append(str(node.get("label", "")))
            else:
                step = (target, bool(edge["resolved"]))
                self.following.setdefault(source, []).append(step)

    def step(self, name: str) -> tuple[str, str]:
        node = self.nodes.get(name, {})
        return str(node.get("kind", "?")), str(node.get("label", name))


def _chains(graph: _Graph, start: str, node: dict[str, Any]) -> TriggerChains:
    """Follow every edge once, depth first, so that a large or cyclic graph stays bounded."""
    chains: list[Chain] = []
    idle: list[str] = []
    seen = {start}
    stack: list[tuple[str, tuple[tuple[str, str], ...], bool]] = [(start, (), True)]
    steps = 0
    while stack and steps < _MAX_STEPS:
        steps += 1
        name, way, resolved = stack.pop()
        if name != start:
            way = (*way, graph.step(name))
        doing = graph.actions.get(name, ())
        if way and (doing or not resolved):
            chains.append(Chain(steps=way, actions=told(doing), resolved=resolved))
        ahead = [item for item in graph.following.get(name, ()) if item[0] not in seen]
        if not resolved or len(way) >= MAX_DEPTH:
            continue
        if not ahead and not doing and way and way[-1][0] == "job":
            idle.append(way[-1][1])
        for target, known in reversed(ahead):
            seen.add(target)
            stack.append((target, way, known))
    # What tells most comes first; broken ends are never left out before small matters.
    chains.sort(key=lambda chain: (chain.resolved, not matters(chain.actions), len(chain.steps)))
    reached = told({action for chain in chains for action in chain.actions})
    return TriggerChains(
        node=start,
        label=str(node.get("label", "")),
        path=node.get("path"),
        line=node.get("line"),
        actions=reached,
        chains=tuple(chains[:MAX_PER_TRIGGER]),
        more=max(0, len(chains) - MAX_PER_TRIGGER),
        idle=tuple(dict.fromkeys(idle)),
    )


def told(actions: Iterable[str]) -> tuple[str, ...]:
    """Return actions in the order of the story, small ones only where there is nothing else."""
    known = set(actions)
    large = known - _SMALL
    return tuple(sorted(large or known, key=lambda name: (_ORDER.get(name, len(_ORDER)), name)))


def matters(actions: tuple[str, ...]) -> bool:
    """Return whether any of the actions says what automation is for."""
    return any(action not in _SMALL for action in actions)
