"""Choosing a part of the automation graph: what a trigger starts, what leads to an action."""

from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

Graph = dict[str, list[dict[str, Any]]]


def select(graph: Graph, *, triggers: Sequence[str] = (), actions: Sequence[str] = ()) -> Graph:
    """Return the nodes and edges on a way from a chosen trigger to a chosen action.

    A trigger is chosen by its kind (`schedule`) or by a glob on the path of its file; an action by
    its name. No choice is every choice: without ``triggers``, what nothing triggers is kept too.
    """
    kept = {str(node["id"]) for node in graph["nodes"]}
    if triggers:
        starts = [str(node["id"]) for node in graph["nodes"] if _is_chosen(node, triggers)]
        kept &= _reached(starts, _neighbours(graph, "source", "target"))
    if actions:
        ends = [
            str(node["id"])
            for node in graph["nodes"]
            if node["kind"] == "action" and node["label"] in actions and node["id"] in kept
        ]
        before = _reached(ends, _neighbours(graph, "target", "source"))
        kept &= before
    return {
        "nodes": [node for node in graph["nodes"] if node["id"] in kept],
        "edges": [
            edge for edge in graph["edges"] if edge["source"] in kept and edge["target"] in kept
        ],
    }


def kind_of(node: dict[str, Any]) -> str:
    """Return the kind of a trigger: the first word of its label."""
    return str(node["label"]).partition(" ")[0]


def _is_chosen(node: dict[str, Any], wanted: Collection[str]) -> bool:
    if node["kind"] != "trigger":
        return False
    path = str(node["path"] or "")
    return any(one == kind_of(node) or fnmatchcase(path, one) for one in wanted)


def _neighbours(graph: Graph, start: str, end: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for edge in graph["edges"]:
        found.setdefault(str(edge[start]), []).append(str(edge[end]))
    return found


def _reached(starts: Iterable[str], neighbours: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    left = list(starts)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += neighbours.get(name, ())
    return found
