"""Folders of runs that Sacred, Ray Tune, Kedro, Metaflow and Guild leave behind."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.json_document import load_json
from mlops_audit.readers.runs.curves import (
    curve_rows,
    items,
    json_lines,
    numbers,
    plain_json,
    record_curves,
)
from mlops_audit.readers.runs.history import History
from mlops_audit.readers.runs.rows import (
    artifact_row,
    environment_row,
    finite,
    flat,
    instant,
    metric_row,
    parameter_row,
    run_row,
    seconds,
    shown_value,
    tag_row,
)
from mlops_audit.readers.tree_node import from_plain
from mlops_audit.readers.yaml_document import load_yaml
from mlops_audit.schema import RunStore

SACRED = re.compile(r"(?P<store>[^\n]{1,300})/(?P<run>\d{1,8})/(?P<file>run|config|metrics)\.json")
RAY = re.compile(
    r"(?P<store>[^\n]{1,300})/(?P<run>[^/\n]{1,250})/(?P<file>result\.json|params\.json|error\.txt)"
)
KEDRO = re.compile(
    r"(?P<store>[^\n]{1,300})/(?P<name>[^/\n]{1,100}\.json)/"
    r"(?P<run>\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d\.\d{3}Z)/(?P=name)"
)
METAFLOW = re.compile(
    r"(?P<store>(?:[^\n]{1,300}/)?\.metaflow)/(?P<flow>[^/\n]{1,100})/(?P<run>\d{1,20})/"
    r"(?:_meta/(?P<run_meta>_self)\.json"
    r"|_parameters/\d{1,20}/\d{1,4}\.data\.json(?P<parameters>)"
    r"|(?P<step>\w{1,100})/(?P<task>\d{1,20})/(?:_meta/(?:sysmeta_(?P<meta>[\w-]{1,60})_\d{1,20}"
    r"|\d{1,4}_artifact_(?P<artifact>\w{1,100}))\.json|\d{1,4}\.(?P<runtime>runtime)))"
)
GUILD = re.compile(
    r"(?P<store>(?:[^\n]{1,300}/)?runs)/(?P<run>[0-9a-f]{32})/\.guild/"
    r"(?:attrs/(?P<attribute>\w{1,40})|(?P<reference>opref))"
)

_SACRED_STATUS = {
    "COMPLETED": "finished",
    "FAILED": "failed",
    "INTERRUPTED": "killed",
    "TIMEOUT": "killed",
    "RUNNING": "running",
    "QUEUED": "scheduled",
}
_RAY_OWN = frozenset(
    {"pid", "time_since_restore", "iterations_since_restore", "done", "training_iteration"}
    | {"time_this_iter_s", "time_total_s", "timestamp", "timesteps_since_restore"}
)


def sacred(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield a run of the file observer: its account, its configuration or its metrics."""
    store, run = found["store"], found["run"]
    told = plain_json(content)
    if found["file"] == "config":
        for key, node in flat(load_json(content)):
            yield parameter_row(store, run, key, shown_value(node))
    elif found["file"] == "metrics":
        yield from _sacred_metrics(store, run, told)
    elif isinstance(told.get("experiment"), dict) and "start_time" in told and "host" in told:
        yield RunStore(store, "sacred", 0)
        yield from _sacred_run(store, run, path.rpartition("/")[0], told)


def _sacred_run(store: str, run: str, folder: str, told: dict[str, Any]) -> Iterator[Any]:
    experiment = told["experiment"]
    sources = [item for item in items(experiment.get("repositories")) if isinstance(item, dict)]
    commits = [item for item in sources if isinstance(item.get("commit"), str)]
    yield run_row(
        store,
        run,
        folder,
        experiment=str(experiment.get("name") or ""),
        status=_SACRED_STATUS.get(str(told.get("status")), "unknown"),
        started_at=instant(str(told.get("start_time"))),
        ended_at=instant(str(told.get("stop_time"))),
        source=str(experiment.get("mainfile") or "") or None,
        commit_sha=commits[0]["commit"] if commits else None,
        dirty=any(item.get("dirty") is True for item in commits) if commits else None,
    )
    host = told["host"] if isinstance(told["host"], dict) else {}
    for key, name in (("host", "hostname"), ("python", "python_version"), ("cpu", "cpu")):
        if isinstance(host.get(name), str):
            yield environment_row(store, run, key, host[name])
    packages = [str(item) for item in items(experiment.get("dependencies"))]
    if packages:
        yield environment_row(store, run, "packages", " ".join(packages))
    for artifact in items(told.get("artifacts")):
        yield artifact_row(store, run, str(artifact))
    if (result := finite(told.get("result"))) is not None:
        yield metric_row(store, run, "result", result)


def _sacred_metrics(store: str, run: str, told: dict[str, Any]) -> Iterator[Any]:
    for key, table in told.items():
        if not isinstance(table, dict) or not {"steps", "timestamps", "values"} <= table.keys():
            return
        curve = History()
        for step, time, value in zip(
            items(table["steps"]), items(table["timestamps"]), items(table["values"]), strict=False
        ):
            curve.add(finite(value), step, instant(str(time)))
        if curve.count:
            yield from curve_rows(store, run, {str(key): curve})


def ray(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield a trial: what it reported, or its configuration, or that it failed."""
    store, run = found["store"], found["run"]
    folder = path.rpartition("/")[0]
    if found["file"] == "params.json":
        for key, node in flat(load_json(content)):
            yield parameter_row(store, run, key, shown_value(node))
        return
    if found["file"] == "error.txt":
        if b"ray" in content:
            yield run_row(store, run, folder, status="failed")
        return
    records = [
        record
        for record in json_lines(content)
        if "training_iteration" in record and "trial_id" in record
    ]
    if not records:
        return
    last = records[-1]
    yield RunStore(store, "ray-tune", 0)
    yield run_row(
        store,
        run,
        folder,
        experiment=store.rpartition("/")[2],
        name=str(last.get("trial_id") or ""),
        status="finished" if last.get("done") is True else "unknown",
        started_at=seconds(records[0].get("timestamp")),
        ended_at=seconds(last.get("timestamp")),
    )
    for name in ("hostname", "node_ip"):
        if isinstance(last.get(name), str):
            yield environment_row(store, run, "host", str(last[name]))
            break
    config = from_plain(last.get("config"))
    for key, node in flat(config):
        yield parameter_row(store, run, key, shown_value(node))
    shaped = []
    for record in records:
        values = {
            key: value
            for key, value in numbers({k: v for k, v in record.items() if k != "config"})
            if key not in _RAY_OWN
        }
        shaped.append({**values, "training_iteration": record["training_iteration"]})
    yield from curve_rows(store, run, record_curves(shaped))


def kedro(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield the numbers of a tracking data set, whose versions are the runs that saved them."""
    store, run = found["store"], found["run"]
    prefix = found["name"].removesuffix(".json")
    values = list(numbers(plain_json(content)))
    if not values:
        return
    yield RunStore(store, "kedro", 0)
    moment = instant(run.replace(".", ":", 2).replace(".", "."))
    yield run_row(store, run, store, experiment="kedro", started_at=moment)
    for key, value in values:
        yield metric_row(store, run, f"{prefix}/{key}", value)


def metaflow(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield what the local store of Metaflow says of a run; what it pickled stays unread."""
    store, flow = found["store"], found["flow"]
    run = f"{flow}/{found['run']}"
    folder = f"{store}/{run}"
    told = plain_json(content)
    if found["run_meta"]:
        if told.get("flow_id") != flow:
            return
        yield RunStore(store, "metaflow", 0)
        yield run_row(
            store,
            run,
            folder,
            experiment=flow,
            name=found["run"],
            started_at=seconds(told.get("ts_epoch"), 1_000),
            user=str(told.get("user_name") or "") or None,
        )
        for tag in items(told.get("tags")):
            yield tag_row(store, run, str(tag), "true")
    elif found["parameters"] is not None:
        objects = told.get("objects")
        for name in objects if isinstance(objects, dict) else ():
            if not str(name).startswith("_") and name != "name":
                yield parameter_row(store, run, str(name), "(pickled)")
    elif found["meta"] == "script-name":
        yield run_row(store, run, folder, source=str(told.get("value") or "") or None)
    elif found["meta"] == "python_version":
        yield environment_row(store, run, "python", str(told.get("value")))
    elif found["runtime"] and told.get("success") is False:
        yield run_row(store, run, folder, status="failed")
    elif found["meta"] == "attempt_ok" and found["step"] == "end":
        ended = seconds(told.get("ts_epoch"), 1_000)
        status = "finished" if told.get("value") == "True" else "failed"
        yield run_row(store, run, folder, status=status, ended_at=ended)
    elif (name := found["artifact"]) and not name.startswith("_") and name != "name":
        yield artifact_row(store, run, f"{found['step']}/{name}")


def guild(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield an attribute of a run of Guild; its scalars are events of TensorBoard."""
    store, run = found["store"], found["run"]
    folder = f"{store}/{run}"
    text = content[:4_000].decode("utf-8", "replace").strip().strip("'")
    attribute = found["attribute"]
    if found["reference"]:
        yield RunStore(store, "guild", 0)
        yield run_row(store, run, folder, experiment=text.split(" ")[-1])
    elif attribute in ("started", "stopped"):
        moment = seconds(finite(int(text)) if text.isdigit() else None, 1_000_000)
        started = attribute == "started"
        yield run_row(
            store,
            run,
            folder,
            started_at=moment if started else None,
            ended_at=None if started else moment,
        )
    elif attribute == "exit_status":
        yield run_row(store, run, folder, status="finished" if text == "0" else "failed")
    elif attribute == "label":
        yield run_row(store, run, folder, name=text)
    elif attribute == "user":
        yield run_row(store, run, folder, user=text or None)
    elif attribute == "flags":
        documents = load_yaml(content).documents
        for key, node in flat(documents[0]) if documents else ():
            yield parameter_row(store, run, key, shown_value(node))
    elif attribute == "vcs_commit":
        said = re.search(r"git:([0-9a-f]{7,64})(\*?)", text)
        if said:
            dirty = bool(said[2])
            yield run_row(store, run, folder, commit_sha=said[1], dirty=dirty)
    elif attribute == "host":
        yield environment_row(store, run, "host", text)
    elif attribute == "cmd":
        words = [word for node in load_yaml(content).documents for word in node.texts()]
        yield environment_row(store, run, "command", " ".join(words))
