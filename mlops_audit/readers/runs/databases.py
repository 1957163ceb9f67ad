"""Run stores in SQLite files: MLflow and Optuna."""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.runs.database import Database, open_database
from mlops_audit.readers.runs.rows import (
    LOGGED_MODEL,
    instant,
    is_own,
    metric_row,
    parameter_row,
    run_row,
    seconds,
    tag_row,
)
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Diagnostic, RegisteredModel, RunInput, RunStore

_SUFFIXES = (".db", ".sqlite", ".sqlite3")
_OPTUNA_STATUS = {
    "COMPLETE": "finished",
    "PRUNED": "killed",
    "FAIL": "failed",
    "RUNNING": "running",
}
#: A version made from a logged model names it in its source.
_LOGGED = re.compile(r"m-[0-9a-f]{32}")
_RUN_COLUMNS = (
    *("run_uuid", "name", "status", "start_time", "end_time", "lifecycle_stage", "experiment_id"),
    *("source_name", "source_version", "user_id"),
)


class DatabaseReader:
    """Reads SQLite files that hold runs or trials."""

    name = "runs-database"
    version = 1

    def accepts(self, file: SourceFile) -> bool:
        """Accept SQLite files by their suffix."""
        return file.suffix in _SUFFIXES and is_own(file)

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield runs of a tracking store or trials of a study; nothing for other databases."""
        if not content.startswith(b"SQLite format 3\x00"):
            return
        try:
            with open_database(content) as database:
                if {"runs", "experiments", "latest_metrics"} <= database.tables:
                    yield from _mlflow(file.path, database)
                elif {"studies", "trials", "trial_values"} <= database.tables:
                    yield from _optuna(file.path, database)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            problem = f"The database could not be read to its end ({str(error)[:80]})."
            yield Diagnostic(file.path, None, self.name, problem, True)


def _mlflow(path: str, database: Database) -> Iterator[Any]:
    experiments = {
        str(identity): (_text(name), stage == "deleted")
        for identity, name, stage in database.rows(
            "experiments", ("experiment_id", "name", "lifecycle_stage")
        )
    }
    yield RunStore(path, "mlflow-db", 0)
    runs = database.rows(
        "runs",
        _RUN_COLUMNS,
        order="start_time",
    )
    for run, name, status, start, end, stage, experiment, source, commit, user in runs:
        title, gone = experiments.get(str(experiment), (_text(experiment), False))
        known = ("finished", "failed", "killed", "running", "scheduled")
        state = _text(status).lower()
        yield run_row(
            path,
            _text(run),
            path,
            experiment=title,
            name=_text(name),
            status=state if state in known else "unknown",
            deleted=gone or stage == "deleted",
            started_at=seconds(start, 1_000),
            ended_at=seconds(end, 1_000),
            source=_text(source),
            commit_sha=_text(commit),
            user=_text(user),
        )
    counts: dict[tuple[str, str], int] = {}
    for run, key in database.rows("metrics", ("run_uuid", "key"), limit=1_000_000):
        counts[_text(run), _text(key)] = counts.get((_text(run), _text(key)), 0) + 1
    latest = database.rows("latest_metrics", ("run_uuid", "key", "value", "is_nan"))
    for run, key, value, is_nan in latest:
        points = counts.get((_text(run), _text(key)), 1)
        yield metric_row(path, _text(run), _text(key), None if is_nan else value, points)
    for run, key, value in database.rows("params", ("run_uuid", "key", "value")):
        yield parameter_row(path, _text(run), _text(key), _text(value))
    for run, key, value in database.rows("tags", ("run_uuid", "key", "value")):
        yield tag_row(path, _text(run), _text(key), _text(value))
    for model, run in database.rows("logged_models", ("model_id", "source_run_id")):
        if run:
            yield tag_row(path, _text(run), LOGGED_MODEL, _text(model))
    yield from _mlflow_inputs(path, database)
    yield from _mlflow_models(path, database)


def _mlflow_inputs(path: str, database: Database) -> Iterator[RunInput]:
    datasets = {
        _text(identity): (_text(name), _text(digest) or None)
        for identity, name, digest in database.rows("datasets", ("dataset_uuid", "name", "digest"))
    }
    contexts = {
        _text(identity): _text(value)
        for identity, name, value in database.rows("input_tags", ("input_uuid", "name", "value"))
        if name == "mlflow.data.context"
    }
    for identity, kind, source, target, run in database.rows(
        "inputs", ("input_uuid", "source_type", "source_id", "destination_type", "destination_id")
    ):
        if kind == "DATASET" and target == "RUN":
            name, digest = datasets.get(_text(source), (_text(source), None))
            yield RunInput(path, _text(run), name, digest, contexts.get(_text(identity)))


def _mlflow_models(path: str, database: Database) -> Iterator[RegisteredModel]:
    aliases: dict[tuple[str, str], list[str]] = {}
    for name, version, alias in database.rows(
        "registered_model_aliases", ("name", "version", "alias")
    ):
        aliases.setdefault((_text(name), _text(version)), []).append(_text(alias))
    for name, version, stage, run, source in database.rows(
        "model_versions", ("name", "version", "current_stage", "run_id", "source")
    ):
        logged = _LOGGED.search(_text(source))
        maker = _text(run) or (logged[0] if logged else None)
        labels: list[str | None] = [*aliases.get((_text(name), _text(version)), [])]
        if _text(stage).startswith("Deleted"):
            continue
        if _text(stage) not in ("", "None"):
            labels.insert(0, _text(stage))
        for label in labels or [None]:
            yield RegisteredModel(path, None, "mlflow", _text(name), _text(version), label, maker)


def _optuna(path: str, database: Database) -> Iterator[Any]:
    studies = dict(database.rows("studies", ("study_id", "study_name")))
    yield RunStore(path, "optuna", 0)
    names: dict[object, str] = {}
    columns = ("trial_id", "number", "study_id", "state", "datetime_start", "datetime_complete")
    for trial, number, study, state, start, end in database.rows("trials", columns):
        title = _text(studies.get(study, study))
        names[trial] = run = f"{title}/{_text(number)}"
        yield run_row(
            path,
            run,
            path,
            experiment=title,
            status=_OPTUNA_STATUS.get(_text(state), "unknown"),
            started_at=instant(_text(start)),
            ended_at=instant(_text(end)),
        )
    for trial, objective, value in database.rows(
        "trial_values", ("trial_id", "objective", "value")
    ):
        if trial in names:
            key = f"value_{objective}" if objective else "value"
            yield metric_row(path, names[trial], key, value)
    for trial, key, value in database.rows(
        "trial_params", ("trial_id", "param_name", "param_value")
    ):
        if trial in names:
            yield parameter_row(path, names[trial], _text(key), _text(value))


def _text(value: object) -> str:
    if value is None or isinstance(value, bytes):
        return ""
    return str(value)[:4_000]
