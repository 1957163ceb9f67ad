"""The automation graph as reports carry it."""

import sqlite3
from typing import Any


def automation_of(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return the automation graph as plain data: ``nodes`` and ``edges``, in a stable order."""
    nodes = connection.execute("SELECT id, kind, label, path, line, detail FROM node ORDER BY id")
    edges = connection.execute(
        "SELECT source, target, kind, resolved, confidence FROM edge ORDER BY source, target, kind"
    )
    return {
        "nodes": [
            {"id": i, "kind": kind, "label": label, "path": path, "line": line, "detail": more}
            for i, kind, label, path, line, more in nodes
        ],
        "edges": [
            {"source": s, "target": t, "kind": k, "resolved": bool(r), "confidence": c}
            for s, t, k, r, c in edges
        ],
    }
