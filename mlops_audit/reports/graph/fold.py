"""What a drawing shows of all that a trigger starts: the ways that tell most, up to a limit."""

from dataclasses import dataclass
from typing import Any

from mlops_audit.reports.chains import matters, told
from mlops_audit.reports.graph.select import Graph

#: Boxes in one drawing.
LIMIT = 60
_JOBS = ("job", "stage", "task")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The part of a graph that one trigger starts, folded."""

    nodes: tuple[str, ...]
    #: Node → what it does, in the order of the story.
    actions: dict[str, tuple[str, ...]]
    #: (source, target) → followed | likely | lost
    edges: dict[tuple[str, str], str]
    #: Node → how many nodes behind it are left out.
    hidden: dict[str, int]


class Folding:
    """A graph, indexed once for all its triggers."""

    def __init__(self, graph: Graph | dict[str, Any]) -> None:
        self.nodes: dict[str, dict[str, Any]] = {
            str(node["id"]): node for node in graph.get("nodes", ())
        }
        self._following: dict[str, dict[str, str]] = {}
        self._doing: dict[str, list[str]] = {}
        for edge in graph.get("edges", ()):
            source, target = str(edge["source"]), str(edge["target"])
            node = self.nodes.get(target)
            if node is None or source not in self.nodes:
                continue
            if node["kind"] == "action":
                self._doing.setdefault(source, []).append(str(node["label"]))
                continue
            sure = edge.get("confidence", "high") == "high"
            state = "lost" if not edge["resolved"] else "followed" if sure else "likely"
            self._following.setdefault(source, {}).setdefault(target, state)

    def part(self, start: str, limit: int = LIMIT) -> Part:
        """Return what a trigger starts, in at most ``limit`` boxes beside those that say 'more'.

        Nodes that lead neither to an action nor to a broken end are left out, jobs excepted.
        """
        came_from, lost = self._tree(start)
        ways = [
            self._way(name, came_from)
            for name in came_from
            if name in lost or self._doing.get(name) or self.nodes[name]["kind"] in _JOBS
        ]
        ways.sort(key=lambda way: (way[-1] not in lost, self._rank(way[-1]), len(way)))
        wanted = {name for way in ways for name in way} | {start}
        kept, boxes = {start}, 1
        for way in ways:
            fresh = [name for name in way if name not in kept]
            size = sum(2 if self._doing.get(name) else 1 for name in fresh)
            if boxes + size <= limit:
                kept.update(fresh)
                boxes += size
        hidden: dict[str, int] = {}
        for name in came_from:
            if name in wanted and name not in kept:
                seen = name
                while seen not in kept:
                    seen = came_from[seen]
                hidden[seen] = hidden.get(seen, 0) + 1
        shown = tuple(name for name in came_from if name in kept)
        return Part(
            nodes=shown,
            actions={
                name: told(self._doing[name])
                for name in shown
                if name not in lost and self._doing.get(name)
            },
            edges={
                (source, target): state
                for source in shown
                if source not in lost
                for target, state in self._following.get(source, {}).items()
                if target in kept and target != source
            },
            hidden=hidden,
        )

    def _tree(self, start: str) -> tuple[dict[str, str], set[str]]:
        """Return the nodes reached, nearest first, each with whence; and the broken ends."""
        came_from, lost = {start: ""}, set()
        queue = [start]
        for name in queue:
            for target, state in self._following.get(name, {}).items():
                if target in came_from:
                    continue
                came_from[target] = name
                if state == "lost":
                    lost.add(target)
                else:
                    queue.append(target)
        return came_from, lost

    def _way(self, name: str, came_from: dict[str, str]) -> list[str]:
        way = [name]
        while came_from[way[-1]]:
            way.append(came_from[way[-1]])
        return way[::-1]

    def _rank(self, name: str) -> int:
        doing = self._doing.get(name, ())
        return 0 if matters(tuple(doing)) else 1 if doing else 2
