"""The automation graph as text: under every trigger a tree of what it starts and what that does.

.github/workflows/train.yml:4  schedule at 06:00, only on Monday
└─ job train → make train → src/train.py → main() → train (xgboost), register model (mlflow)
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from mlops_audit.reports.graph.names import label_of
from mlops_audit.reports.graph.select import Graph

#: Deeper, a terminal has no room left; the other formats draw everything.
_MAX_DEPTH = 30
_MAX_LINES = 5_000
_CODE = ("script", "notebook", "function")


def text(graph: Graph) -> str:
    """Return a tree for every trigger, then for what nothing in the repository starts."""
    drawing = _Trees(graph)
    lines: list[str] = []
    triggers = [node for node in graph["nodes"] if node["kind"] == "trigger"]
    for node in sorted(triggers, key=lambda one: (one["path"] or "", one["line"] or 0)):
        place = f"{node['path']}:{node['line']}" if node["line"] else str(node["path"])
        tree = drawing.below(str(node["id"]))
        lines += [f"{place}  {label_of(node)}", *(tree or ["└─ nothing that is known"]), ""]
    alone = [
        str(node["id"])
        for node in graph["nodes"]
        if node["kind"] not in ("trigger", "action") and node["id"] not in drawing.targets
    ]
    if alone:
        lines += ["Started by hand", *drawing.branches(alone), ""]
    if len(lines) > _MAX_LINES:
        lines = [*lines[:_MAX_LINES], f"… and {len(lines) - _MAX_LINES:,} more lines", ""]
    return "\n".join(lines[:-1]) + "\n" if lines else "Nothing is automated here.\n"


class _Branch(NamedTuple):
    """A line and the lines below it."""

    label: str
    below: "list[_Branch]"


class _Trees:
    """What follows each node, and what each does."""

    def __init__(self, graph: Graph) -> None:
        self._nodes: dict[str, dict[str, Any]] = {str(node["id"]): node for node in graph["nodes"]}
        self._following: dict[str, list[str]] = {}
        self._doing: dict[str, list[str]] = {}
        self.targets: set[str] = set()
        for edge in graph["edges"]:
            source, target = str(edge["source"]), str(edge["target"])
            self.targets.add(target)
            if self._nodes[target]["kind"] == "action":
                self._doing.setdefault(source, []).append(label_of(self._nodes[target]))
            else:
                self._following.setdefault(source, []).append(target)

    def below(self, start: str) -> list[str]:
        """Return the lines of the tree below a node; what a line shows is not shown again."""
        seen = {start}
        return list(_lines(self._branches(self._ahead(start, seen), seen, 0)))

    def branches(self, starts: list[str]) -> list[str]:
        """Return the lines of trees that begin with the nodes."""
        return list(_lines(self._branches(starts, set(starts), 0)))

    def _ahead(self, name: str, seen: set[str]) -> list[str]:
        found = [one for one in self._following.get(name, ()) if one not in seen]
        seen.update(found)
        return found

    def _branches(self, names: list[str], seen: set[str], depth: int) -> list[_Branch]:
        found: list[_Branch] = []
        for start in names:
            name, way = start, [label_of(self._nodes[start])]
            ahead = self._ahead(name, seen)
            # A way that does not fork stays on one line.
            while len(ahead) == 1 and not self._doing.get(name) and len(way) < _MAX_DEPTH:
                name = ahead[0]
                way.append(label_of(self._nodes[name]))
                ahead = self._ahead(name, seen)
            doing = self._doing.get(name)
            below = self._branches(ahead, seen, depth + 1) if depth < _MAX_DEPTH else []
            if not doing and not below and self._leads_to_what_is_shown(name):
                continue
            end = [", ".join(doing)] if doing else []
            found.append(_Branch(" → ".join([*way, *end]), below))
        return found

    def _leads_to_what_is_shown(self, name: str) -> bool:
        return self._nodes[name]["kind"] in _CODE and bool(self._following.get(name))


def _lines(branches: list[_Branch], indent: str = "") -> Iterator[str]:
    for position, branch in enumerate(branches):
        last = position == len(branches) - 1
        yield f"{indent}{'└─ ' if last else '├─ '}{branch.label}"
        yield from _lines(branch.below, indent + ("   " if last else "│  "))
