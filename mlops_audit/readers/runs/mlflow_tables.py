"""The tables of an MLflow tracking database, whatever engine answers for them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from mlops_audit.readers.runs.history import History
from mlops_audit.readers.runs.rows import (
    LOGGED_MODEL,
    finished,
    metric_row,
    parameter_row,
    run_row,
    seconds,
    tag_row,
    told_by_tag,
)
from mlops_audit.schema import RegisteredModel, RunInput, RunStore

KIND = "mlflow-db"
#: A database with these tables is one of MLflow.
NEEDED = frozenset({"runs", "experiments", "latest_metrics"})
#: Values of metrics up to which the whole history is looked at without being asked for.
HISTORY_ROWS = 50_000
STATUSES = ("finished", "failed", "killed", "running", "scheduled")
#: A version made from a logged model names it in its source.
_LOGGED = re.compile(r"m-[0-9a-f]{32}")
_RUN_COLUMNS = (
    *("run_uuid", "name", "status", "start_time", "end_time", "lifecycle_stage", "experiment_id"),
    *("source_name", "source_version", "user_id"),
)
_POINT_COLUMNS = ("run_uuid", "key", "value", "is_nan", "step", "timestamp")


class Tables(Protocol):
    """Tables that can only be read."""

    @property
    def tables(self) -> frozenset[str]:
        """Names of the tables that are there."""

    def rows(
        self, table: str, columns: Sequence[str], *, order: str = ""
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the columns of a table; what it does not have is None, or no row."""

    def counts(self, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Yield each combination of the columns and how many rows have it."""


def mlflow_rows(store: str, database: Tables, *, history: bool = False) -> Iterator[Any]:
    """Yield finished rows of a tracking store; nothing has to be put together later."""
    # A run, then the rest: what a damaged database says before it breaks off is still told.
    tagged: dict[str, dict[str, str]] = {}
    for run, key, value in database.rows("tags", ("run_uuid", "key", "value")):
        row = tag_row(store, text(run), text(key), text(value))
        yield row
        if said := told_by_tag(row.key, row.value):
            tagged.setdefault(row.run, {}).setdefault(*said)
    experiments = {
        str(identity): (text(name), stage == "deleted")
        for identity, name, stage in database.rows(
            "experiments", ("experiment_id", "name", "lifecycle_stage")
        )
    }
    active = 0
    for run, name, status, start, end, stage, experiment, source, commit, user in database.rows(
        "runs", _RUN_COLUMNS, order="start_time"
    ):
        title, gone = experiments.get(str(experiment), (text(experiment), False))
        state = text(status).lower()
        found = run_row(
            store,
            text(run),
            store,
            experiment=title,
            name=text(name),
            status=state if state in STATUSES else "unknown",
            deleted=gone or stage == "deleted",
            started_at=seconds(start, 1_000),
            ended_at=seconds(end, 1_000),
            source=text(source),
            commit_sha=text(commit),
            user=text(user),
        )
        active += not found.deleted
        yield finished(found, tagged.get(found.run, {}))
    yield RunStore(store, KIND, active)
    yield from _metrics(store, database, history=history)
    for run, key, value in database.rows("params", ("run_uuid", "key", "value")):
        yield parameter_row(store, text(run), text(key), text(value))
    makers: dict[str, str] = {}
    for model, run in database.rows("logged_models", ("model_id", "source_run_id")):
        if run:
            makers[text(model)] = text(run)
            yield tag_row(store, text(run), LOGGED_MODEL, text(model))
    yield from _inputs(store, database)
    yield from _models(store, database, makers)


def text(value: object) -> str:
    """Return a value of a column as text, '' for null and for bytes."""
    if value is None or isinstance(value, bytes | memoryview):
        return ""
    return str(value)[:4_000]


def _metrics(store: str, database: Tables, *, history: bool) -> Iterator[Any]:
    counts = {
        (text(run), text(key)): int(count)
        for run, key, count in database.counts("metrics", ("run_uuid", "key"))
    }
    for run, key, value, is_nan in database.rows(
        "latest_metrics", ("run_uuid", "key", "value", "is_nan")
    ):
        points = counts.get((text(run), text(key)), 1)
        yield metric_row(store, text(run), text(key), None if is_nan else value, points)
    if not history and sum(counts.values()) > HISTORY_ROWS:
        return
    curves: dict[tuple[str, str], History] = {}
    for run, key, value, is_nan, step, time in database.rows(
        "metrics", _POINT_COLUMNS, order="timestamp"
    ):
        curve = curves.setdefault((text(run), text(key)), History())
        moment = time / 1_000 if isinstance(time, int) else None
        curve.add(None if is_nan else value, step, moment)
    for (run, key), curve in curves.items():
        yield from curve.rows(store, run, key)


def _inputs(store: str, database: Tables) -> Iterator[RunInput]:
    datasets = {
        text(identity): (text(name), text(digest) or None)
        for identity, name, digest in database.rows("datasets", ("dataset_uuid", "name", "digest"))
    }
    contexts = {
        text(identity): text(value)
        for identity, name, value in database.rows("input_tags", ("input_uuid", "name", "value"))
        if name == "mlflow.data.context"
    }
    for identity, kind, source, target, run in database.rows(
        "inputs", ("input_uuid", "source_type", "source_id", "destination_type", "destination_id")
    ):
        if kind == "DATASET" and target == "RUN":
            name, digest = datasets.get(text(source), (text(source), None))
            yield RunInput(store, text(run), name, digest, contexts.get(text(identity)))


def _models(store: str, database: Tables, makers: dict[str, str]) -> Iterator[RegisteredModel]:
    aliases: dict[tuple[str, str], list[str]] = {}
    for name, version, alias in database.rows(
        "registered_model_aliases", ("name", "version", "alias")
    ):
        aliases.setdefault((text(name), text(version)), []).append(text(alias))
    for name, version, stage, run, source in database.rows(
        "model_versions", ("name", "version", "current_stage", "run_id", "source")
    ):
        if text(stage).startswith("Deleted"):
            continue
        logged = _LOGGED.search(text(source))
        maker = text(run) or (makers.get(logged[0]) if logged else None)
        labels: list[str | None] = [*aliases.get((text(name), text(version)), [])]
        if text(stage) not in ("", "None"):
            labels.insert(0, text(stage))
        for label in labels or [None]:
            yield RegisteredModel(store, None, "mlflow", text(name), text(version), label, maker)
