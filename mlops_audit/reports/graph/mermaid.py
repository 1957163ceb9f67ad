"""The automation graph as a Mermaid flowchart, which code hosts draw in Markdown.

Syntax: https://mermaid.js.org/syntax/flowchart.html.
"""

from mlops_audit.reports.graph.names import label_of, numbered
from mlops_audit.reports.graph.select import Graph

#: Opening and closing of a node's shape, by kind.
_SHAPES = {
    "trigger": ("([", "])"),
    "command": ("[/", "/]"),
    "action": ("{{", "}}"),
    "function": ("(", ")"),
}
_CLASSES = (
    "classDef trigger fill:#e8eefc,stroke:#2f5fd0,color:#10204a",
    "classDef action fill:#e6f4ea,stroke:#1e7d3c,color:#0d3a1b",
    "classDef lost fill:#fdecea,stroke:#b3261e,color:#5a120e,stroke-dasharray:4 3",
)
#: Characters that end a quoted label or begin markup; Mermaid reads entity codes in their place.
_ESCAPES = str.maketrans(
    {'"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "#": "#35;", "`": "#96;", "\\": "#92;"}
)


def mermaid(graph: Graph) -> str:
    """Return a flowchart, left to right; ends that could not be followed are dashed."""
    names = numbered(graph)
    lost = {str(edge["target"]) for edge in graph["edges"] if not edge["resolved"]}
    lines = ["flowchart LR"]
    for node in graph["nodes"]:
        identity = str(node["id"])
        opening, closing = _SHAPES.get(str(node["kind"]), ("[", "]"))
        style = "lost" if identity in lost else str(node["kind"])
        mark = f":::{style}" if style in ("trigger", "action", "lost") else ""
        label = label_of(node).translate(_ESCAPES)
        lines.append(f'  {names[identity]}{opening}"{label}"{closing}{mark}')
    for edge in graph["edges"]:
        arrow = "-->" if edge["resolved"] and edge["confidence"] == "high" else "-.->"
        lines.append(f"  {names[str(edge['source'])]} {arrow} {names[str(edge['target'])]}")
    lines += [f"  {line}" for line in _CLASSES]
    return "\n".join(lines) + "\n"
