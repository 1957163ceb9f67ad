"""Runs put together from what the files of a store say.

Readers see one file at a time, so a run comes as several rows that each know a part, and rows with
an empty run tell about the store: which name an experiment has, what a data set is. Here they
become one row a run, a parameter, a metric and a store. A store without runs is none: the folder
of an experiment that a user interface made proves nothing, nor do parameters without a run.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from mlops_audit.readers.runs.rows import LOGGED_MODEL, told_by_tag
from mlops_audit.schema import (
    RegisteredModel,
    Run,
    RunInput,
    RunMetric,
    RunPoint,
    RunStore,
    RunTag,
)

_TABLES = (
    *("run", "run_store", "run_metric", "run_point", "run_parameter", "run_tag", "run_input"),
    *("run_artifact", "run_environment", "registered_model"),
)
#: Of several formats in one folder the first names the store.
_KINDS = (
    *("mlflow-files", "mlflow-db", "wandb", "dvclive", "hf-trainer", "ultralytics", "lightning"),
    *("catboost", "sacred", "optuna", "ray-tune", "guild", "clearml", "comet", "neptune", "aim"),
    *("zenml", "metaflow", "kedro", "sagemaker", "azureml", "keras", "papermill", "dvc-metrics"),
    *("tensorboard", "metrics-file", "text-log", "other", "hydra"),
)
#: Logs that no tracker and no framework wrote.
_WEAK = frozenset({"metrics-file", "text-log"})
_ENDED = ("finished", "failed", "killed")
_STATUS = {status: rank for rank, status in enumerate((*_ENDED, "running", "scheduled", "unknown"))}
#: Folders in which one run keeps the events of its parts.
_PARTS = frozenset({"train", "training", "validation", "val", "valid", "test", "eval"})

Key = tuple[str, str]
Measured = TypeVar("Measured", RunMetric, RunPoint)


class Store(Protocol):
    """What is needed of a fact store."""

    connection: sqlite3.Connection

    def add(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to a table."""


def merge_runs(store: Store) -> None:
    """Replace the partial rows of run logs by whole ones; whole ones stay as they are."""
    connection = store.connection
    if not any(_has_rows(connection, table) for table in _TABLES):
        return
    whole = _whole_stores(connection)
    select = partial(_partial_rows, connection, whole)
    runs = [Run(*row) for row in select("run")]
    kinds = [RunStore(*row) for row in select("run_store", "path")]
    measured = [RunMetric(*row) for row in select("run_metric")]
    points = [RunPoint(*row) for row in select("run_point")]
    parts = _parts(runs, kinds)
    runs = [_moved(run, parts) for run in runs]
    kinds += [RunStore(parts[key][0], "tensorboard", 0) for key in parts]
    metrics = _metrics(_moved_key(row, parts) for row in measured)
    tags: dict[tuple[str, str, str], RunTag] = {}
    for tag in (RunTag(*row) for row in select("run_tag")):
        tags.setdefault(tag[:3], tag)
    parameters: dict[Key, dict[str, str]] = defaultdict(dict)
    for owner, run, name, value in select("run_parameter"):
        parameters[owner, run].setdefault(name, value)
    found = _runs(runs, tags.values(), {(metric.store, metric.run) for metric in metrics})
    for key in _repeated(found, kinds):
        del found[key]
    hosts = _hosts(found, kinds)
    for host, guests in hosts.items():
        for guest in sorted(guests):
            parameters[host] = parameters[guest] | parameters[host]
    for guest in {guest for guests in hosts.values() for guest in guests}:
        del found[guest]

    def distinct(table: str) -> list[Any]:
        return [row for row in dict.fromkeys(select(table)) if row[:2] in found]

    rows: dict[str, list[Any]] = {
        "run": [found[key] for key in sorted(found)],
        "run_metric": [metric for metric in metrics if metric[:2] in found],
        "run_point": [
            point
            for point in dict.fromkeys(_moved_key(row, parts) for row in points)
            if point[:2] in found
        ],
        "run_tag": [tag for key, tag in tags.items() if key[:2] in found],
        "run_parameter": [
            (*key, name, value)
            for key, values in sorted(parameters.items())
            if key in found
            for name, value in values.items()
        ],
        "run_input": [
            row
            for row in _inputs(RunInput(*row) for row in select("run_input"))
            if (row.store, row.run) in found
        ],
        "run_artifact": distinct("run_artifact"),
        "run_environment": distinct("run_environment"),
        "run_store": _stores(kinds, found.values()),
    }
    models = _models(
        (RegisteredModel(*row) for row in connection.execute("SELECT * FROM registered_model")),
        {tag.value: tag.run for tag in tags.values() if tag.key == LOGGED_MODEL},
    )
    for table, content in rows.items():
        column = "path" if table == "run_store" else "store"
        connection.execute(
            f"DELETE FROM {table} WHERE {column} NOT IN (SELECT value FROM json_each(?))", (whole,)
        )
        store.add(table, content)
    connection.execute("DELETE FROM registered_model")
    store.add("registered_model", models)


def _whole_stores(connection: sqlite3.Connection) -> str:
    """Return, as JSON, the stores whose runs are complete: who read them counted them."""
    return json.dumps(
        [
            path
            for (path,) in connection.execute(
                "SELECT DISTINCT path FROM run_store WHERE runs > 0 ORDER BY path"
            )
        ]
    )


def _partial_rows(
    connection: sqlite3.Connection, whole: str, table: str, column: str = "store"
) -> Iterator[Any]:
    yield from connection.execute(
        f"SELECT * FROM {table} WHERE {column} NOT IN (SELECT value FROM json_each(?))", (whole,)
    )


def _has_rows(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None


def _parts(runs: Iterable[Run], kinds: Iterable[RunStore]) -> dict[Key, Key]:
    """Map what are the parts of one run (`fit/train`, `fit/validation`) to that run.

    Only where every folder with events is called like a part: one of several runs may be called
    `train` as well.
    """
    events: dict[str, set[str]] = defaultdict(set)
    others = {row.path for row in kinds if row.kind != "tensorboard"}
    for run in runs:
        if run.run and run.store not in others:
            events[run.store].add(run.run)
    tensorboard = {row.path for row in kinds} - others - {"."}
    return {
        (store, name): (store.rpartition("/")[0] or ".", store.rpartition("/")[2])
        for store in sorted(tensorboard & events.keys())
        if events[store] <= _PARTS
        for name in sorted(events[store])
    }


def _moved(run: Run, parts: dict[Key, Key]) -> Run:
    whole = parts.get((run.store, run.run))
    if whole is None:
        return run
    return run._replace(store=whole[0], run=whole[1], path=run.store)


def _moved_key(row: Measured, parts: dict[Key, Key]) -> Measured:
    whole = parts.get((row.store, row.run))
    if whole is None:
        return row
    return row._replace(store=whole[0], run=whole[1], key=f"{row.run}/{row.key}")


def _metrics(rows: Iterable[RunMetric]) -> list[RunMetric]:
    """Keep, of what several files say of one metric, the row that saw most of its values."""
    best: dict[tuple[str, str, str], RunMetric] = {}
    for row in rows:
        known = best.get(row[:3])
        if known is None or row.points > known.points:
            best[row[:3]] = row
    return list(best.values())


def _runs(runs: Sequence[Run], tags: Iterable[RunTag], measured: set[Key]) -> dict[Key, Run]:
    parts: dict[Key, list[Run]] = defaultdict(list)
    experiments: dict[Key, Run] = {}
    for run in runs:
        if run.run:
            parts[run.store, run.run].append(run)
        else:
            experiments[run.store, run.experiment] = run
    tagged: dict[Key, dict[str, str]] = defaultdict(dict)
    for tag in tags:
        if said := told_by_tag(tag.key, tag.value):
            tagged[tag.store, tag.run].setdefault(*said)
    for key in measured - parts.keys():
        # A measured run whose own file is missing or could not be read.
        parts[key].append(Run(*key, key[0], "", "", "unknown", False, *[None] * 6))
    found = {}
    for key, group in parts.items():
        run = _whole(group, tagged.get(key, {}))
        experiment = experiments.get((run.store, run.experiment))
        if experiment is not None:
            deleted = run.deleted or experiment.deleted
            run = run._replace(experiment=experiment.name, deleted=deleted)
        found[key] = run
    return found


def _whole(parts: Sequence[Run], tagged: dict[str, str]) -> Run:
    """Return one run out of its parts: what is known wins over what is not."""
    parts = sorted(parts, key=lambda run: tuple(str(value) for value in run))

    def first(column: str) -> Any:
        return next((value for part in parts if (value := getattr(part, column))), None)

    started = [part.started_at for part in parts if part.started_at is not None]
    ended = [part.ended_at for part in parts if part.ended_at is not None]
    return Run(
        store=parts[0].store,
        run=parts[0].run,
        path=min((part.path for part in parts), key=lambda path: (len(path), path)),
        experiment=first("experiment") or "",
        name=first("name") or tagged.get("name", ""),
        status=min((part.status for part in parts), key=lambda status: _STATUS.get(status, 9)),
        deleted=any(part.deleted for part in parts),
        started_at=min(started, default=None),
        ended_at=max(ended, default=None),
        source=tagged.get("source") or first("source"),
        commit_sha=tagged.get("commit_sha") or first("commit_sha"),
        user=tagged.get("user") or first("user"),
        parent=tagged.get("parent") or first("parent"),
        dirty=_dirty(parts, tagged.get("dirty", "")),
    )


def _dirty(parts: Sequence[Run], tagged: str) -> bool | None:
    said = [bool(part.dirty) for part in parts if part.dirty is not None]
    if tagged.lower() in ("true", "false"):
        said.append(tagged.lower() == "true")
    return any(said) if said else None


def _repeated(runs: dict[Key, Run], kinds: Iterable[RunStore]) -> list[Key]:
    """Return plain logs that lie in the folder of a run that a tracker or framework recorded."""
    by_store: dict[str, set[str]] = defaultdict(set)
    for row in kinds:
        by_store[row.path].add(row.kind)
    weak = {
        key for key, run in runs.items() if by_store[run.store] <= _WEAK and by_store[run.store]
    }
    folders = {run.path for key, run in runs.items() if key not in weak}
    return [key for key in weak if not folders.isdisjoint(_above(runs[key].path))]


def _above(path: str) -> set[str]:
    parts = path.split("/")
    return {"/".join(parts[:length]) for length in range(1, len(parts))}


def _hosts(runs: dict[Key, Run], kinds: Iterable[RunStore]) -> dict[Key, set[Key]]:
    """Return which runs lie in the folder of a Hydra run, whose configuration is theirs."""
    by_store: dict[str, set[str]] = defaultdict(set)
    for row in kinds:
        by_store[row.path].add(row.kind)
    configured = {run.path: key for key, run in runs.items() if by_store[run.store] == {"hydra"}}
    hosts: dict[Key, set[Key]] = defaultdict(set)
    guests = set(configured.values())
    for key, run in runs.items():
        if key in guests:
            continue
        folder = run.path
        while folder:
            if folder in configured:
                hosts[key].add(configured[folder])
            folder = folder.rpartition("/")[0]
    return dict(hosts)


def _stores(kinds: Iterable[RunStore], runs: Iterable[Run]) -> list[RunStore]:
    known: dict[str, str] = {}
    for row in kinds:
        best = known.setdefault(row.path, row.kind)
        known[row.path] = min(best, row.kind, key=_rank)
    counts: dict[str, int] = defaultdict(int)
    there: set[str] = set()
    for run in runs:
        there.add(run.store)
        counts[run.store] += not run.deleted
    return [RunStore(path, known.get(path, "other"), counts[path]) for path in sorted(there)]


def _rank(kind: str) -> int:
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def _inputs(rows: Iterable[RunInput]) -> list[RunInput]:
    """Give each input the name and digest of its data set."""
    kept: dict[RunInput, None] = {}
    sets: dict[Key, RunInput] = {}
    for row in rows:
        if row.run:
            kept[row] = None
        else:
            sets[row.store, row.context or ""] = row
    named = []
    for row in kept:
        data = sets.get((row.store, row.name))
        named.append(row._replace(name=data.name, digest=data.digest) if data else row)
    return list(dict.fromkeys(named))


def _models(rows: Iterable[RegisteredModel], makers: dict[str, str]) -> list[RegisteredModel]:
    """Give aliases the run of their version; a version under an alias is no row of its own.

    ``makers`` maps logged models, from which versions are made, to their runs.
    """
    found = [
        row._replace(run=makers.get(row.run) if row.run.startswith("m-") else row.run)
        if row.run
        else row
        for row in dict.fromkeys(rows)
    ]
    runs = {_version(row): row.run for row in found if row.run}
    staged = {_version(row) for row in found if row.stage}
    return [
        row._replace(run=row.run or runs.get(_version(row)))
        for row in found
        if row.stage or _version(row) not in staged
    ]


def _version(row: RegisteredModel) -> tuple[str, str, str, str]:
    # Aliases and versions of a file store lie in one folder of the model.
    folder = row.path.partition(f"/models/{row.name}/")[0]
    return row.store, folder, row.name, row.version
