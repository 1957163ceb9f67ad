"""Databases of other tools that hold runs: Optuna, ZenML, Aim."""

import json
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.runs.curves import curve_rows
from mlops_audit.readers.runs.history import History
from mlops_audit.readers.runs.mlflow_tables import Tables, text
from mlops_audit.readers.runs.optuna_journal import chosen
from mlops_audit.readers.runs.rows import (
    environment_row,
    finite,
    instant,
    metric_row,
    number,
    parameter_row,
    run_row,
    tag_row,
)
from mlops_audit.schema import Diagnostic, RunStore

_OPTUNA_STATUS = {
    "COMPLETE": "finished",
    "PRUNED": "killed",
    "FAIL": "failed",
    "RUNNING": "running",
    "WAITING": "scheduled",
}
_ZENML_STATUS = {
    "completed": "finished",
    "cached": "finished",
    "failed": "failed",
    "stopped": "killed",
    "running": "running",
    "initializing": "running",
}


def other_rows(store: str, database: Tables) -> Iterator[Any]:
    """Yield the runs of a database that is not one of MLflow; none if no tool is recognised."""
    tables = database.tables
    if {"studies", "trials", "trial_values"} <= tables:
        yield from _optuna(store, database)
    elif {"pipeline_run", "step_run", "pipeline", "stack_component"} <= tables:
        yield from _zenml(store, database)
    elif {"run", "experiment", "run_tag", "run_info"} <= tables:
        yield from _aim(store, database)


def _optuna(store: str, database: Tables) -> Iterator[Any]:
    studies = dict(database.rows("studies", ("study_id", "study_name")))
    yield RunStore(store, "optuna", 0)
    names: dict[object, str] = {}
    pruned: set[object] = set()
    columns = ("trial_id", "number", "study_id", "state", "datetime_start", "datetime_complete")
    for trial, place, study, state, start, end in database.rows("trials", columns):
        title = text(studies.get(study, study))
        names[trial] = run = f"{title}/{text(place)}"
        if state == "PRUNED":
            pruned.add(trial)
        yield run_row(
            store,
            run,
            store,
            experiment=title,
            status=_OPTUNA_STATUS.get(text(state), "unknown"),
            started_at=instant(text(start)),
            ended_at=instant(text(end)),
        )
    for trial, objective, value in database.rows(
        "trial_values", ("trial_id", "objective", "value")
    ):
        if trial in names and trial not in pruned:
            key = f"value_{objective}" if objective else "value"
            yield metric_row(store, names[trial], key, finite(value))
    curves: dict[object, History] = {}
    for trial, step, value in database.rows(
        "trial_intermediate_values", ("trial_id", "step", "intermediate_value"), order="step"
    ):
        curves.setdefault(trial, History()).add(finite(value), step)
    for trial, curve in curves.items():
        if trial in names:
            yield from curve_rows(store, names[trial], {"intermediate": curve})
    for trial, key, value, distribution in database.rows(
        "trial_params", ("trial_id", "param_name", "param_value", "distribution_json")
    ):
        if trial in names:
            yield parameter_row(store, names[trial], text(key), chosen(value, distribution))
    for trial, key, value in database.rows(
        "trial_user_attributes", ("trial_id", "key", "value_json")
    ):
        if trial in names:
            yield tag_row(store, names[trial], text(key), text(value).strip('"'))


def _zenml(store: str, database: Tables) -> Iterator[Any]:
    pipelines = dict(database.rows("pipeline", ("id", "name")))
    users = dict(database.rows("user", ("id", "name")))
    yield RunStore(store, "zenml", 0)
    names: dict[object, str] = {}
    columns = (
        *("id", "name", "status", "start_time", "end_time", "pipeline_id", "user_id"),
        *("orchestrator_environment", "snapshot_id", "deployment_id"),
    )
    planned: dict[object, list[str]] = {}
    for identity, name, status, start, end, pipeline, user, environment, *plans in database.rows(
        "pipeline_run", columns
    ):
        names[identity] = run = text(identity)
        for plan in filter(None, plans):
            planned.setdefault(plan, []).append(run)
        yield run_row(
            store,
            run,
            store,
            experiment=text(pipelines.get(pipeline)),
            name=text(name),
            status=_ZENML_STATUS.get(text(status), "unknown"),
            started_at=instant(text(start)),
            ended_at=instant(text(end)),
            user=text(users.get(user)) or None,
        )
        told = _object(environment)
        for key, field in (("python", "python_version"), ("os", "os")):
            if isinstance(told.get(field), str):
                yield environment_row(store, run, key, told[field])
    steps: dict[object, tuple[str, str]] = {}
    for identity, name, run, configuration in database.rows(
        "step_run", ("id", "name", "pipeline_run_id", "step_configuration")
    ):
        if run in names:
            steps[identity] = names[run], text(name)
            yield from _zenml_parameters(store, names[run], text(name), configuration)
    for name, configuration, *plans in database.rows(
        "step_configuration", ("name", "config", "snapshot_id", "deployment_id")
    ):
        for run in {run for plan in plans for run in planned.get(plan, ())}:
            yield from _zenml_parameters(store, run, text(name), configuration)
    yield from _zenml_metrics(store, database, names, steps)


def _zenml_parameters(store: str, run: str, step: str, configuration: object) -> Iterator[Any]:
    told = _object(configuration)
    for part in (told.get("config"), told.get("step_config_overrides")):
        given = part.get("parameters") if isinstance(part, dict) else None
        if isinstance(given, dict) and given:
            for key, value in given.items():
                yield parameter_row(store, run, f"{step}.{key}", str(value))
            return


def _zenml_metrics(
    store: str, database: Tables, names: dict[object, str], steps: dict[object, tuple[str, str]]
) -> Iterator[Any]:
    values = {
        identity: (text(key), text(value), text(kind))
        for identity, key, value, kind in database.rows(
            "run_metadata", ("id", "key", "value", "type")
        )
    }
    for resource, metadata in database.rows(
        "run_metadata_resource", ("resource_id", "run_metadata_id")
    ):
        key, value, kind = values.get(metadata, ("", "", ""))
        run, step = steps.get(resource, (names.get(resource, ""), ""))
        if not run or not key:
            continue
        name = f"{step}/{key}" if step else key
        if kind in ("float", "int") and (size := number(value)) is not None:
            yield metric_row(store, run, name, size)
        else:
            yield tag_row(store, run, name, value.strip('"'))


def _aim(store: str, database: Tables) -> Iterator[Any]:
    experiments = dict(database.rows("experiment", ("id", "name")))
    yield RunStore(store, "aim", 0)
    found = False
    columns = ("hash", "name", "is_archived", "created_at", "finalized_at", "experiment_id")
    for identity, name, archived, start, end, experiment in database.rows("run", columns):
        found = True
        yield run_row(
            store,
            text(identity),
            store,
            experiment=text(experiments.get(experiment)),
            name=text(name),
            status="finished" if end else "unknown",
            deleted=bool(archived),
            started_at=instant(text(start)),
            ended_at=instant(text(end)),
        )
    if found:
        problem = (
            "Aim keeps metrics and parameters in RocksDB, which is not read. Export them with"
            " `aim runs ls` and `Repo.query_metrics().dataframe()`, or convert the runs to MLflow."
        )
        yield Diagnostic(store, None, "runs-database", problem, False)


def _object(value: object) -> dict[str, Any]:
    try:
        found = json.loads(value) if isinstance(value, str | bytes) else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
