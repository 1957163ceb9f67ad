"""Actions that no import gives away: hand-written loops, splits, gates, services, metric files."""

import sqlite3
from collections.abc import Iterable, Sequence

from mlops_audit.linking.idioms.batch import batch_predictions, loaded_and_kept
from mlops_audit.linking.idioms.data_check import data_checks
from mlops_audit.linking.idioms.drift import drift_checks, drift_decisions
from mlops_audit.linking.idioms.facts import Known
from mlops_audit.linking.idioms.gate import gates
from mlops_audit.linking.idioms.leak import leaks
from mlops_audit.linking.idioms.link_commit import commit_links
from mlops_audit.linking.idioms.metric_file import metric_files
from mlops_audit.linking.idioms.own_estimators import own_estimators
from mlops_audit.linking.idioms.prediction_log import prediction_logs
from mlops_audit.linking.idioms.reached import Reached
from mlops_audit.linking.idioms.recorded import recorded
from mlops_audit.linking.idioms.run_summary import run_summaries
from mlops_audit.linking.idioms.seed import seeds, switches
from mlops_audit.linking.idioms.serve import demos, services
from mlops_audit.linking.idioms.shell_gate import shell_gates
from mlops_audit.linking.idioms.split import splits
from mlops_audit.linking.idioms.train import training_loops
from mlops_audit.linking.idioms.verdict import verdicts
from mlops_audit.linking.units import UnitGraph
from mlops_audit.schema import Action

__all__ = ["find_idioms", "find_reaching_idioms", "recorded"]

_IN_THE_CODE = (
    training_loops,
    seeds,
    switches,
    splits,
    leaks,
    run_summaries,
    metric_files,
    drift_checks,
    data_checks,
)
_THROUGH_THE_GRAPH = (
    own_estimators,
    services,
    demos,
    batch_predictions,
    loaded_and_kept,
    gates,
    verdicts,
    shell_gates,
    commit_links,
    drift_decisions,
    prediction_logs,
)


def find_idioms(connection: sqlite3.Connection, actions: Sequence[Action]) -> list[Action]:
    """Return what the code does by hand; ``actions`` are those that technologies gave."""
    known = Known(connection, actions)
    found: list[Action] = []
    for idiom in _IN_THE_CODE:
        new = list(idiom(connection, known))
        known.add(new)
        found += new
    return _sorted(found)


def find_reaching_idioms(connection: sqlite3.Connection, graph: UnitGraph) -> list[Action]:
    """Return what shows only through the graph of units; entry points and actions are stored."""
    stored = [Action(*row) for row in connection.execute("SELECT * FROM action")]
    known = Known(connection, stored)
    reached = Reached(connection, graph, stored)
    found: list[Action] = []
    for idiom in _THROUGH_THE_GRAPH:
        new = list(idiom(connection, known, reached))
        known.add(new)
        reached.add(new)
        found += new
    return _sorted(found)


def _sorted(actions: Iterable[Action]) -> list[Action]:
    return sorted(set(actions), key=_place)


def _place(action: Action) -> tuple[str, int, int, str, str]:
    cell = -1 if action.cell is None else action.cell
    return action.path, cell, action.line or 0, action.action, action.name
