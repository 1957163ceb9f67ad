"""Metrics that are put into a run by key: `run.summary["auc"] = auc`, `run["test/auc"] = auc`."""

import re
import sqlite3
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import Known, Site, idiom, name_parts
from mlops_audit.linking.idioms.metric_names import METRICS, VAGUE
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

#: What opens a run (target, technology): below which attribute of it summary values lie.
_RUNS = {
    "dvclive.Live": ("dvclive", ".summary"),
    "wandb.init": ("wandb", ".summary"),
    "neptune.init_run": ("neptune", ""),
    "neptune.init": ("neptune", ""),
    "neptune.Run": ("neptune", ""),
}
#: Runs that need not be opened in sight, by the package that must be imported.
_KNOWN_NAMES = {
    "wandb.summary": "wandb",
    "wandb.run.summary": "wandb",
    "run.summary": "wandb",
    "live.summary": "dvclive",
}
_KEYED = re.compile(r"(?P<holder>[A-Za-z_][\w.]{0,80})\[['\"](?P<key>[^'\"]{1,100})['\"]\]")
#: What is no number.
_NOTES = words("string bool none dict list fstring text")


def run_summaries(connection: sqlite3.Connection, known: Known) -> Iterator[Action]:
    """Yield `log_metric` for each value of a metric that is put into a run by its key."""
    runs: dict[tuple[str, str], tuple[str, str]] = {}
    for path, result, target in connection.execute(
        "SELECT path, result, target FROM call WHERE result IS NOT NULL"
        f" AND target IN ({','.join('?' * len(_RUNS))})",
        list(_RUNS),
    ):
        technology, attribute = _RUNS[target]
        runs[path, f"{result}{attribute}"] = technology, attribute
    for path, cell, line, scope, name, kind in connection.execute(
        "SELECT path, cell, line, scope, name, kind FROM assignment WHERE name LIKE '%]'"
        " ORDER BY path, line"
    ):
        match = _KEYED.fullmatch(name)
        if match is None or kind in _NOTES or not known.written(path):
            continue
        technology, attribute = runs.get((path, match["holder"]), ("", ".summary"))
        if not technology:
            technology = _KNOWN_NAMES.get(match["holder"], "")
            if not technology or not known.imports(path, technology):
                continue
        # Everything about a run lies below it where it has no place of its own for results.
        if not attribute and not set(name_parts(match["key"])) & (METRICS | VAGUE):
            continue
        yield idiom(Site(path, cell, line, scope), "log_metric", name, technology=technology)
