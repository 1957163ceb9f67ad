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
_LEARNING = words("train training evaluate evaluation test")
_LOADING = words("load load_model load_context get_model from_pretrained restore fetch_model")
_PREDICTING = words("predict predict_proba predict_batch batch_predict score_samples")
_WRITING = words(
    """
    write save to_csv to_parquet to_json to_sql to_gbq to_excel write_csv write_parquet saveAsTable
    insert_many insert upload dump writerows
    """
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


def loaded_and_kept(
    connection: sqlite3.Connection, known: Known, reached: Reached
) -> Iterator[Action]:
    """Yield `predict_batch` for a unit that loads a model, applies it and writes what it said.

    Shown by names alone (`m = load(); p = m.predict(x); out.write(p)`), for code whose classes are
    put together by configuration, so that no library and no caller is known. The unit has to say
    in its name what it is for.
    """
    methods = sorted(_LOADING | _PREDICTING | _WRITING)
    query = (
        "SELECT c.path, c.scope, c.cell, c.line, c.id, c.name, c.method, c.receiver, c.result,"
        " (SELECT group_concat(a.value, ' ') FROM call_argument a WHERE a.path = c.path"
        "   AND a.call = c.id AND a.kind = 'name') FROM call c"
        f" WHERE c.method IN ({','.join('?' * len(methods))}) ORDER BY c.path, c.id"
    )
    models: dict[tuple[str, str], set[str]] = {}
    predictions: dict[tuple[str, str], dict[str, Action]] = {}
    told = {action.path for action in known.of_kind("predict_batch")}
    for path, scope, cell, line, call, name, method, receiver, result, names in connection.execute(
        query, methods
    ):
        if not known.written(path) or path in told:
            continue
        said = set(name_parts(f"{path.rpartition('/')[2]} {scope}"))
        if not said & _APPLYING or said & _LEARNING or _TRAINING & known.of_scope(path, scope):
            continue
        unit = (path, scope)
        if method in _LOADING and result and "model" in name_parts(result):
            models.setdefault(unit, set()).add(result)
        elif method in _PREDICTING and result and receiver in models.get(unit, ()):
            predictions.setdefault(unit, {})[result] = idiom(
                Site(path, cell, line, scope),
                "predict_batch",
                f"{name}() in {scope or path}",
                call=call,
                confidence="medium",
            )
        elif method in _WRITING:
            kept = predictions.get(unit, {})
            taken = next((one for one in [receiver, *(names or "").split()] if one in kept), None)
            if taken is not None and path not in told:
                told.add(path)
                yield kept[taken]


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
        if not said & _APPLYING or said & (_LEARNING - {"test"}):
            return None
    kept = any(deed.action == "save_data" and _keeps(deed, prediction, entry) for deed in deeds)
    return prediction if kept else None


def _keeps(deed: Deed, prediction: Deed, entry: Unit) -> bool:
    """Tell whether what is written can be the predictions: beside them, or by its name."""
    if deed.unit.path in (prediction.unit.path, entry.path):
        return True
    return bool(set(name_parts(deed.unit.scope)) & _APPLYING)
