"""The automation graph as text: what each trigger reaches, as far as it can be followed."""

from dataclasses import dataclass
from typing import Any

#: Bounds of the list; the JSON report holds the whole graph.
MAX_CHAINS = 80
MAX_PER_TRIGGER = 12
MAX_DEPTH = 12
_MAX_STEPS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One way from a trigger to an action, or to where the trail ends."""

    steps: tuple[tuple[str, str], ...]  # (kind, label)
    resolved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerChains:
    """A trigger with the chains it starts."""

    label: str
    path: str | None
    line: int | None
    chains: tuple[Chain, ...]
    more: int


def trigger_chains(automation: dict[str, Any]) -> tuple[tuple[TriggerChains, ...], int]:
    """Return the triggers with their chains, and how many triggers were left out."""
    nodes = {str(node["id"]): node for node in automation.get("nodes", ())}
    following: dict[str, list[tuple[str, bool]]] = {}
    for edge in automation.get("edges", ()):
        target = str(edge["target"])
        following.setdefault(str(edge["source"]), []).append((target, bool(edge["resolved"])))
    found: list[TriggerChains] = []
    left, total = MAX_CHAINS, 0
    for name, node in nodes.items():
        if node.get("kind") != "trigger":
            continue
        total += 1
        if left <= 0:
            continue
        chains = _walk(name, nodes, following)
        shown = chains[: min(MAX_PER_TRIGGER, left)]
        left -= max(1, len(shown))
        found.append(
            TriggerChains(
                label=str(node.get("label", "")),
                path=node.get("path"),
                line=node.get("line"),
                chains=tuple(shown),
                more=len(chains) - len(shown),
            )
        )
    return tuple(found), total - len(found)


def _walk(
    start: str, nodes: dict[str, Any], following: dict[str, list[tuple[str, bool]]]
) -> list[Chain]:
    """Follow every edge once, depth first, so that a large or cyclic graph stays bounded."""
    chains: list[Chain] = []
    seen = {start}
    stack: list[tuple[str, tuple[tuple[str, str], ...], bool]] = [(start, (), True)]
    steps = 0
    while stack and steps < _MAX_STEPS:
        steps += 1
        name, way, resolved = stack.pop()
        ahead = [item for item in following.get(name, ()) if item[0] not in seen or not item[1]]
        if name != start:
            node = nodes.get(name, {})
            way = (*way, (str(node.get("kind", "?")), str(node.get("label", name))))
        if not ahead or not resolved or len(way) >= MAX_DEPTH:
            if way:
                chains.append(Chain(steps=way, resolved=resolved))
            continue
        for target, known in reversed(ahead):
            seen.add(target)
            stack.append((target, way, known))
    chains.sort(key=lambda chain: not any(kind == "action" for kind, _ in chain.steps))
    return chains
