"""What nodes are called in drawings."""

from typing import Any

from mlops_audit.reports.graph.select import Graph
from mlops_audit.reports.schedules import trigger_words
from mlops_audit.text import mask_secrets, visible

_CALLED = {"job", "stage", "task"}


def numbered(graph: Graph) -> dict[str, str]:
    """Return a short name for every node, safe in any language of drawings."""
    return {str(node["id"]): f"n{number}" for number, node in enumerate(graph["nodes"])}


def label_of(node: dict[str, Any]) -> str:
    """Return what a person reads on a node."""
    kind, label = str(node["kind"]), visible(mask_secrets(str(node["label"])))
    if kind == "trigger":
        return trigger_words(label, str(node.get("detail") or ""))
    if kind in _CALLED:
        return f"{kind} {label}"
    if kind == "function":
        return f"{label}()"
    if kind == "action":
        by = str(node.get("detail") or "")
        return label.replace("_", " ") + (f" ({visible(by)})" if by else "")
    if kind in ("script", "notebook") and node.get("path"):
        return visible(str(node["path"]))
    return label
