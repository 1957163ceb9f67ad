"""Batch predictions: something that is started applies a stored model and keeps the result."""

import sqlite3
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import Known, Site, idiom, name_parts
from mlops_audit.linking.idioms.reached import Deed, Reached
from mlops_audit.linking.index import Unit
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

_STARTED = (
    "main_guard",
    "script",
    "console_script",
    "cli_command",
    "task",
    "flow",
    "stage",
    "job",
    "notebook",
)
_TRAINING = words("train tune cross_validate")
#: Words of a unit that applies a model; `score` alone may as well be computing a metric.
_APPLYING = words(
    """
    batch inference infer predict prediction predictions batchscore submission submit forecast
    """
)


def batch_predictions(
    connection: sqlite3.Connection, known: Known, reached: Reached
) -> Iterator[Action]:
    """Yield one `predict_batch` for each place where predictions are made and kept."""
    told = {
        path
        for (path,) in connection.execute(
            "SELECT path FROM action WHERE action IN ('predict_batch', 'serve')"
        )
    }
    databricks = {
        path for (path,) in connection.execute("SELECT path FROM module WHERE kind = 'databricks'")
    }
    query = (
        "SELECT path, scope, kind, name FROM entry_point"
        f" WHERE kind IN ({','.join('?' * len(_STARTED))}) ORDER BY path, line, scope"
    )
    done: set[Unit] = set()
    for path, scope, kind, name in connection.execute(query, _STARTED).fetchall():
        if not known.written(path) or (kind == "notebook" and path not in databricks):
            continue
        deed = _prediction(Unit(path, scope), name, reached)
        if deed is None or deed.unit in done or deed.unit.path in told:
            continue
        done.add(deed.unit)
        yield idiom(
            Site(deed.unit.path, deed.cell, deed.line, deed.unit.scope),
            "predict_batch",
            deed.name if deed.unit.path != path else f"{name}: {deed.name}",
            call=deed.call,
        )


def _prediction(entry: Unit, name: str, reached: Reached) -> Deed | None:
    """Return where the entry point makes predictions that it keeps, None if it does not."""
    deeds = list(reached.done_by(entry))
    actions = {deed.action for deed in deeds}
    if not {"load_model", "predict", "save_data"} <= actions:
        return None
    prediction = next(deed for deed in deeds if deed.action == "predict")
    if actions & (_TRAINING | {"evaluate"}):
        # Training predicts its test set and evaluation a labelled one: neither delivers anything.
        said = set(name_parts(f"{entry.path} {entry.scope} {name}"))
        if not said & _APPLYING or said & {"train", "training", "evaluate", "evaluation"}:
            return None
    kept = any(deed.action == "save_data" and _keeps(deed, prediction, entry) for deed in deeds)
    return prediction if kept else None


def _keeps(deed: Deed, prediction: Deed, entry: Unit) -> bool:
    """Tell whether what is written can be the predictions: beside them, or by its name."""
    if deed.unit.path in (prediction.unit.path, entry.path):
        return True
    return bool(set(name_parts(deed.unit.scope)) & _APPLYING)
