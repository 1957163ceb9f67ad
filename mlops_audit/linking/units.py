"""The graph of units: everything that starts, runs, calls or imports something else."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from posixpath import dirname, join, normpath

from mlops_audit.linking.conditions import StepConditions, kinds_of
from mlops_audit.linking.confidence import HIGH, MEDIUM, RANK
from mlops_audit.linking.index import Unit
from mlops_audit.linking.search import Link, Search, Way
from mlops_audit.schema import CallEdge, CommandTarget


class UnitGraph:
    """Links between units, and the search over them."""

    def __init__(self) -> None:
        """Start without links."""
        self.links: dict[Unit, list[Link]] = defaultdict(list)
        #: Files in which it matters what started them.
        self.conditional: set[str] = set()

    def add(self, source: Unit, link: Link) -> None:
        """Add a link, before the first search; a unit does not link to itself."""
        if link.target != source:
            self.links[source].append(link)
            if link.events:
                self.conditional.add(source.path)

    @cached_property
    def search(self) -> Search:
        """The links as they are searched."""
        return Search(self.links)

    def reach(self, starts: Iterable[Unit], kind: str = "") -> Mapping[Unit, Way]:
        """Return the best way to every unit that is reachable from the starts, in their order.

        `kind` is that of the trigger: in its own file, what is for other triggers is left out.
        A live way is better than a dead one, then one whose failure counts, then a surer one,
        then a shorter one.
        """
        given = list(starts)
        return self.search.reach(given, self._for(kind, {unit.path for unit in given}))

    def _for(self, kind: str, homes: set[str]) -> dict[Unit, list[Link]]:
        """Return the links of units whose links depend on what started their file."""
        if not kind:
            return {}
        return {
            unit: [link for link in links if not link.events or kind in link.events.split()]
            for unit, links in self.links.items()
            if unit.path in homes and any(link.events for link in links)
        }


def unit_graph(
    connection: sqlite3.Connection,
    edges: Iterable[CallEdge],
    targets: Iterable[CommandTarget],
) -> UnitGraph:
    """Return the graph of all units of the repository."""
    graph = UnitGraph()
    for edge in edges:
        target = Unit(edge.target_path, edge.target_scope)
        if edge.kind != "inherit" or "." in edge.scope or "." not in edge.target_scope:
            graph.add(Unit(edge.path, edge.scope), Link(target, RANK[edge.confidence]))
    _add_commands(graph, connection, targets)
    _add_jobs(graph, connection)
    _add_stages(graph, connection)
    _add_files(graph, connection)
    for source in graph.links:
        graph.links[source] = sorted(set(graph.links[source]))
    return graph


def _add_commands(
    graph: UnitGraph, connection: sqlite3.Connection, targets: Iterable[CommandTarget]
) -> None:
    conditions = StepConditions(connection)
    commands = {
        (path, position): (Unit(path, scope), bool(tolerated), line)
        for path, position, scope, tolerated, line in connection.execute(
            "SELECT path, position, scope, tolerated, line FROM command"
        )
    }
    for row in targets:
        if row.target_path is not None and (row.path, row.position) in commands:
            source, tolerated, line = commands[row.path, row.position]
            target = Unit(row.target_path, row.target_scope or "")
            events = conditions.of(*source, line)
            graph.add(source, Link(target, tolerated=tolerated, events=events))
    query = "SELECT path, name, needs FROM task ORDER BY path, line, name"
    for path, name, needs in connection.execute(query):
        for need in needs.split():
            graph.add(Unit(path, f"task:{name}"), Link(Unit(path, f"task:{need}")))


def _add_jobs(graph: UnitGraph, connection: sqlite3.Connection) -> None:
    files = {path for (path,) in connection.execute("SELECT path FROM file")}
    query = "SELECT path, name, uses, disabled, condition FROM job ORDER BY path, line, name"
    for path, name, uses, disabled, condition in connection.execute(query):
        job = Unit(path, f"job:{name}")
        events = kinds_of(condition)
        graph.add(Unit(path, ""), Link(job, dead=bool(disabled), events=events))
        local = local_reference(uses, path, files)
        if local is not None:
            graph.add(job, Link(Unit(local, "")))
    query = "SELECT path, scope, uses, tolerated FROM step WHERE uses IS NOT NULL"
    for path, scope, uses, tolerated in connection.execute(query):
        local = local_reference(uses, path, files)
        if local is not None:
            graph.add(Unit(path, scope), Link(Unit(local, ""), tolerated=bool(tolerated)))
    by_name = defaultdict(list)
    for path, name, live in connection.execute("SELECT path, name, live FROM workflow"):
        if live:
            by_name[name].append(path)
    query = "SELECT path, scope, detail, live FROM automation_trigger WHERE kind = 'workflow'"
    for path, scope, detail, live in connection.execute(query):
        for name in by_name:
            if name and _mentions(detail, name):
                for other in by_name[name]:
                    graph.add(Unit(other, ""), Link(Unit(path, scope), dead=not live))


def _mentions(detail: str, name: str) -> bool:
    parts = {part.strip(" '\"[]") for part in re.split(r"[,;\n]", detail)}
    return name in parts or detail.strip() == name


def local_reference(uses: str | None, path: str, files: Iterable[str]) -> str | None:
    """Return the file of the repository that a reusable workflow, template or action names."""
    if not uses or "${{" in uses:
        return None
    known = files if isinstance(files, set | frozenset) else set(files)
    plain = uses.partition("@")[0]
    names = [plain]
    if plain.startswith(("./", "../", "/")) or plain.endswith((".yml", ".yaml")):
        names = [plain.lstrip("/"), join(plain, "action.yml"), join(plain, "action.yaml")]
    elif "/" in plain:
        return None
    for name in names:
        for base in (dirname(path), "") if not uses.startswith("./") else ("", dirname(path)):
            found = normpath(join(base, name))
            if found in known:
                return found
    return None


def _add_stages(graph: UnitGraph, connection: sqlite3.Connection) -> None:
    producers: dict[tuple[str, str], list[str]] = defaultdict(list)
    items: list[tuple[str, str, str, str]] = connection.execute(
        "SELECT path, stage, kind, value FROM stage_item ORDER BY path, line, stage, value"
    ).fetchall()
    for path, stage, kind, value in items:
        if kind in ("out", "metric", "plot"):
            producers[path, value].append(stage)
    frozen = {}
    systems = {}
    query = "SELECT path, name, system, frozen FROM pipeline_stage ORDER BY path, line, name"
    for path, name, system, off in connection.execute(query):
        frozen[path, name] = bool(off)
        systems[path] = system
        graph.add(Unit(path, ""), Link(Unit(path, f"stage:{name}"), dead=bool(off)))
    for path, stage, kind, value in items:
        source = Unit(path, f"stage:{stage}")
        before = [value] if kind == "needs" else []
        if kind == "dep" and systems.get(path) == "dvc":
            before = producers.get((path, value), [])
        for name in before:
            if (path, name) in frozen:
                target = Unit(path, f"stage:{name}")
                graph.add(source, Link(target, dead=frozen[path, name]))


#: Keys whose value names another definition file, and where the stage stands in the dotted key.
_INCLUDES = frozenset({"component", "create_job", "job", "trial", "file", "template", "include"})


def _add_files(graph: UnitGraph, connection: sqlite3.Connection) -> None:
    """Link definition files that name other definition files: schedule → job → component."""
    files = {path for (path,) in connection.execute("SELECT path FROM file")}
    stages = set(connection.execute("SELECT path, name FROM pipeline_stage"))
    query = (
        "SELECT path, key, name, value FROM setting WHERE kind = 'string'"
        " AND (value LIKE '%.yml' OR value LIKE '%.yaml') ORDER BY path, line, key"
    )
    for path, key, name, value in connection.execute(query):
        if name not in _INCLUDES:
            continue
        plain = value.removeprefix("file:").strip()
        found = normpath(join(dirname(path), plain))
        if found not in files:
            continue
        source = Unit(path, "")
        for part in key.split("."):
            if (path, part) in stages:
                source = Unit(path, f"stage:{part}")
        graph.add(source, Link(Unit(found, ""), MEDIUM if name == "file" else HIGH))
