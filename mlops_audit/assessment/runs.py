"""What the run logs say, for the report."""

import sqlite3
from typing import Any

#: Runs listed one by one; the counts always cover all of them.
SHOWN_RUNS = 200


def runs_of(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return stores, runs, coverage and traceability of the run logs found."""
    stores = [
        {"path": path, "kind": kind, "runs": runs}
        for path, kind, runs in connection.execute(
            "SELECT path, kind, max(runs) FROM run_store GROUP BY path, kind ORDER BY path, kind"
        )
    ]
    rows = connection.execute(
        "SELECT r.store, r.run, r.experiment, r.name, r.status, r.started_at, r.ended_at,"
        " r.source, r.commit_sha,"
        " (SELECT count(*) FROM run_metric m WHERE m.store = r.store AND m.run = r.run"
        "   AND NOT m.system),"
        " (SELECT count(*) FROM run_parameter p WHERE p.store = r.store AND p.run = r.run)"
        " FROM run r WHERE NOT r.deleted ORDER BY r.store, r.started_at, r.run"
    ).fetchall()
    known = {sha for (sha,) in connection.execute("SELECT sha FROM git_commit")}
    names = (
        "store",
        "run",
        "experiment",
        "name",
        "status",
        "started_at",
        "ended_at",
        "source",
        "commit",
        "metrics",
        "parameters",
    )
    runs = [dict(zip(names, row, strict=True)) for row in rows]
    return {
        "stores": stores,
        "runs": runs[:SHOWN_RUNS],
        "coverage": {
            "runs": len(runs),
            "with_metrics": sum(1 for run in runs if run["metrics"]),
            "with_parameters": sum(1 for run in runs if run["parameters"]),
            "with_commit": sum(1 for run in runs if run["commit"]),
            "commit_in_history": sum(1 for run in runs if run["commit"] in known),
        },
        "traceability": [],
    }
