"""The automation graph as a report draws it: readable, with broken links visible."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from mlops_audit.linking.confidence import HIGH, RANK, WORDS
from mlops_audit.linking.index import Unit
from mlops_audit.linking.names import words
from mlops_audit.linking.search import Search
from mlops_audit.linking.units import UnitGraph
from mlops_audit.schema import AutomationTrigger, Edge, Node

MAX_NODES = 400

#: Actions that tell the story of a model; the others only where there is room.
_CORE = words(
    """
    load_data validate_data version_data split train tune evaluate register_model promote_model
    gate approve package build_image deploy serve predict_batch monitor_infra monitor_drift
    monitor_model monitor_data_quality alert test data_test model_test schedule run_pipeline
    provision feedback log_metric autolog trigger_run
    """
)
#: Smaller and smaller drawings: (functions of their own, every action).
_DETAILS = ((True, True), (True, False), (False, False))


#: Draws a unit and returns the id of its node.
_Namer = Callable[[Unit], str]


class _Drawing:
    """Nodes and edges, each once."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str, str], Edge] = {}

    def node(self, node: Node) -> str:
        self.nodes.setdefault(node.id, node)
        return node.id

    def edge(
        self, source: str, target: str, kind: str, *, resolved: bool = True, word: str = "high"
    ) -> None:
        known = self.edges.get((source, target, kind))
        if source != target and (known is None or RANK[word] < RANK[known.confidence]):
            self.edges[source, target, kind] = Edge(source, target, kind, resolved, word)


class _Act(NamedTuple):
    unit: Unit
    line: int | None
    action: str
    word: str
    by: str


def automation_graph(
    connection: sqlite3.Connection, graph: UnitGraph, extra: Iterable[AutomationTrigger] = ()
) -> tuple[list[Node], list[Edge]]:
    """Return the nodes and edges to draw, at most `MAX_NODES` nodes."""
    extra = list(extra)
    drawing = _Drawing()
    for functions, every_action in _DETAILS:
        drawing = _draw(connection, graph, extra, functions, every_action)
        if len(drawing.nodes) <= MAX_NODES:
            break
    return _finish(drawing)


def _finish(drawing: _Drawing) -> tuple[list[Node], list[Edge]]:
    order = ("trigger", "job", "stage", "task", "command", "script", "notebook", "function")
    rank = {kind: index for index, kind in enumerate(order)}
    nodes = sorted(drawing.nodes.values(), key=lambda node: (rank.get(node.kind, 9), node.id))
    if len(nodes) > MAX_NODES:
        # What is kept are the nodes with most links, so that the drawing stays in one piece.
        degree: dict[str, int] = defaultdict(int)
        for edge in drawing.edges.values():
            degree[edge.source] += 1
            degree[edge.target] += 1
        kept = sorted(nodes, key=lambda node: (node.kind != "trigger", -degree[node.id], node.id))
        chosen = {node.id for node in kept[:MAX_NODES]}
        nodes = [node for node in nodes if node.id in chosen]
    known = {node.id for node in nodes}
    edges = [e for e in drawing.edges.values() if e.source in known and e.target in known]
    return nodes, sorted(edges)


def _draw(
    connection: sqlite3.Connection,
    graph: UnitGraph,
    extra: Sequence[AutomationTrigger],
    functions: bool,
    every_action: bool,
) -> _Drawing:
    drawing = _Drawing()
    kinds = dict(connection.execute("SELECT path, kind FROM file"))
    acts = _acts(connection, every_action)
    doing = defaultdict(list)
    for act in acts:
        doing[act.unit].append(act)
    code = {unit for unit in doing if kinds.get(unit.path) in ("python", "notebook")}

    def unit_node(unit: Unit) -> str:
        shown = unit if functions or not _is_function(unit) else Unit(unit.path, "")
        return drawing.node(_unit_node(shown, kinds))

    roots: list[Unit] = []
    for path, line, scope, kind, detail in [
        *connection.execute(
            "SELECT path, line, scope, kind, detail FROM automation_trigger"
            " ORDER BY path, line, scope, kind, detail"
        ),
        *((row.path, row.line, row.scope, row.kind, row.detail) for row in extra),
    ]:
        label = (kind if detail == kind else f"{kind} {detail}").strip()[:60]
        identity = f"trigger:{path}:{line}:{kind}:{scope}"
        source = drawing.node(Node(identity, "trigger", label, path, line, detail))
        for unit in _started(Unit(path, scope), graph):
            roots.append(unit)
            drawing.edge(source, unit_node(unit), "starts")
    for path, name in connection.execute("SELECT path, name FROM job ORDER BY path, line, name"):
        roots.append(Unit(path, f"job:{name}"))
    for path, name in connection.execute(
        "SELECT path, name FROM pipeline_stage ORDER BY path, line, name"
    ):
        roots.append(Unit(path, f"stage:{name}"))
    for path, scope in connection.execute(
        "SELECT path, scope FROM entry_point WHERE kind IN"
        " ('main_guard', 'script', 'notebook', 'console_script', 'image') ORDER BY path, scope"
    ):
        roots.append(Unit(path, scope))
    _commands(connection, drawing, unit_node, doing)
    _walk(roots, graph, drawing, unit_node, code, kinds)
    for act in acts:
        identity = _identity(act.unit if functions else _file_of(act.unit))
        if identity in drawing.nodes:
            path = drawing.nodes[identity].path
            name = f"action:{identity}:{act.action}"
            node = Node(name, "action", act.action, path, act.line, act.by)
            drawing.edge(identity, drawing.node(node), "does", word=act.word)
    _drop_short_cuts(drawing)
    _drop_idle(drawing)
    return drawing


def _acts(connection: sqlite3.Connection, every_action: bool) -> list[_Act]:
    query = (
        "SELECT a.path, a.scope, MIN(a.line), a.action, a.confidence,"
        " group_concat(DISTINCT nullif(a.technology, '')) FROM action a"
        " JOIN file f ON f.path = a.path WHERE f.role NOT IN ('vendored', 'generated', 'test')"
        " GROUP BY a.path, a.scope, a.action, a.confidence"
        " ORDER BY a.path, a.scope, a.action, a.confidence"
    )
    return [
        _Act(Unit(path, scope), line, action, word, " ".join(sorted((by or "").split(","))))
        for path, scope, line, action, word, by in connection.execute(query)
        if every_action or action in _CORE
    ]


def _started(unit: Unit, graph: UnitGraph) -> list[Unit]:
    """Return the jobs or stages that a whole definition file stands for."""
    if unit.scope:
        return [unit]
    parts = [link.target for link in graph.links.get(unit, ()) if link.target.path == unit.path]
    named = [part for part in parts if ":" in part.scope]
    return named or [unit]


def _commands(
    connection: sqlite3.Connection,
    drawing: _Drawing,
    unit_node: _Namer,
    doing: "defaultdict[Unit, list[_Act]]",
) -> None:
    query = (
        "SELECT c.path, c.scope, c.position, c.line, c.text, t.status, t.target_path,"
        " t.target_scope, t.detail FROM command c"
        " JOIN command_target t ON t.path = c.path AND t.position = c.position"
        " JOIN file f ON f.path = c.path WHERE f.role NOT IN ('vendored', 'generated', 'docs')"
        " ORDER BY c.path, c.position, t.target_path, t.target_scope"
    )
    for (
        path,
        scope,
        position,
        line,
        text,
        status,
        target,
        target_scope,
        detail,
    ) in connection.execute(query):
        unit = Unit(path, scope)
        acting = any(act.line == line for act in doing.get(unit, ()))
        if status == "external" and not acting:
            continue
        source = unit_node(unit)
        label = " ".join(text.split())[:60]
        command = drawing.node(Node(f"command:{path}:{position}", "command", label, path, line, ""))
        drawing.edge(source, command, "runs")
        if target is not None:
            drawing.edge(command, unit_node(Unit(target, target_scope or "")), "runs")
        elif status in ("missing", "unresolved"):
            broken = Node(
                f"{status}:{detail}", "script", f"{detail} ({status})"[:60], None, None, ""
            )
            drawing.edge(command, drawing.node(broken), "runs", resolved=False, word="low")


def _walk(
    roots: Iterable[Unit],
    graph: UnitGraph,
    drawing: _Drawing,
    unit_node: _Namer,
    acting: set[Unit],
    kinds: dict[str, str],
) -> None:
    """Draw the ways from roots; functions that do nothing themselves are passed through."""
    search = graph.search
    passing = [_is_function(unit) and unit not in acting for unit in search.units]
    seen: set[int] = set()
    for root in roots:
        queue = [search.number[root]] if root in search.number else []
        for number in queue:
            if number in seen:
                continue
            seen.add(number)
            unit = search.units[number]
            for target, rank in _next(number, search, passing):
                to = search.units[target]
                kind = "calls" if kinds.get(to.path) in ("python", "notebook") else "runs"
                if ":" in unit.scope and ":" in to.scope and unit.path == to.path:
                    kind = "needs"
                drawing.edge(unit_node(unit), unit_node(to), kind, word=WORDS[rank])
                queue.append(target)


def _next(start: int, search: Search, passing: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield what comes next on the ways from a unit, and how sure the way is."""
    passed = {start}
    steps = list(search.steps[start])
    while steps:
        target, rank = steps.pop()
        if target in passed:
            continue
        passed.add(target)
        if passing[target]:
            onward = search.steps[target]
            steps += onward if rank == HIGH else [(on, max(rank, sure)) for on, sure in onward]
        else:
            yield target, rank


def _drop_short_cuts(drawing: _Drawing) -> None:
    """Take away the edge from a job to a file where the command that runs the file is drawn."""
    run_by: dict[str, set[str]] = defaultdict(set)
    for source, target, _ in drawing.edges:
        if drawing.nodes[source].kind == "command":
            run_by[source].add(target)
    commands: dict[str, set[str]] = defaultdict(set)
    for source, target, _ in drawing.edges:
        commands[source] |= run_by.get(target, set())
    for key in list(drawing.edges):
        if key[1] in commands[key[0]] and key[2] in ("runs", "calls"):
            del drawing.edges[key]


def _drop_idle(drawing: _Drawing) -> None:
    """Take away code that neither acts nor leads to anything that does."""
    code_kinds = ("script", "notebook", "function")
    while True:
        leading = {edge.source for edge in drawing.edges.values()}
        # What a command runs, and what is broken, is shown although it does nothing known.
        shown = {
            edge.target
            for edge in drawing.edges.values()
            if not edge.resolved or edge.kind in ("runs", "starts")
        }
        idle = {
            identity
            for identity, node in drawing.nodes.items()
            if node.kind in code_kinds and identity not in leading and identity not in shown
        }
        if not idle:
            return
        for identity in idle:
            del drawing.nodes[identity]
        for key in [key for key in drawing.edges if key[0] in idle or key[1] in idle]:
            del drawing.edges[key]


def _is_function(unit: Unit) -> bool:
    return bool(unit.scope) and ":" not in unit.scope


def _file_of(unit: Unit) -> Unit:
    return Unit(unit.path, "") if _is_function(unit) else unit


def _identity(unit: Unit) -> str:
    return f"unit:{unit.path}:{unit.scope}"


def _unit_node(unit: Unit, kinds: dict[str, str]) -> Node:
    prefix, colon, name = unit.scope.partition(":")
    if colon:
        return Node(_identity(unit), prefix, name, unit.path, None, "")
    if unit.scope:
        return Node(_identity(unit), "function", unit.scope, unit.path, None, "")
    kind = "notebook" if kinds.get(unit.path) == "notebook" else "script"
    return Node(_identity(unit), kind, unit.path.rpartition("/")[2], unit.path, None, "")
