"""The automation graph in the DOT language of Graphviz.

Syntax: https://graphviz.org/doc/info/lang.html.
"""

from mlops_audit.reports.graph.names import label_of, numbered
from mlops_audit.reports.graph.select import Graph
from mlops_audit.text import visible

_SHAPES = {
    "trigger": 'shape=oval, style=filled, fillcolor="#e8eefc"',
    "command": "shape=parallelogram",
    "action": 'shape=hexagon, style=filled, fillcolor="#e6f4ea"',
    "function": 'shape=box, style="rounded"',
}


def dot(graph: Graph) -> str:
    """Return a directed graph, left to right; ends that could not be followed are dashed."""
    names = numbered(graph)
    lost = {str(edge["target"]) for edge in graph["edges"] if not edge["resolved"]}
    lines = [
        "digraph automation {",
        "  rankdir=LR;",
        '  node [shape=box, fontname="Helvetica", fontsize=11];',
        '  edge [fontname="Helvetica", fontsize=9];',
    ]
    for node in graph["nodes"]:
        identity = str(node["id"])
        shape = _SHAPES.get(str(node["kind"]), "shape=box")
        if identity in lost:
            shape = 'shape=box, style=dashed, color="#b3261e"'
        place = "" if node["path"] is None else f", tooltip={_quoted(str(node['path']))}"
        lines.append(f"  {names[identity]} [label={_quoted(label_of(node))}, {shape}{place}];")
    for edge in graph["edges"]:
        sure = edge["resolved"] and edge["confidence"] == "high"
        style = "" if sure else ", style=dashed"
        source, target = names[str(edge["source"])], names[str(edge["target"])]
        lines.append(f"  {source} -> {target} [label={_quoted(str(edge['kind']))}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    escaped = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
