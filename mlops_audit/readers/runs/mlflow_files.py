"""The file store of MLflow: one small file for each parameter, metric and tag of a run."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.runs.history import History
from mlops_audit.readers.runs.rows import (
    LOGGED_MODEL,
    STORE,
    VALUE_LIMIT,
    is_own,
    metric_row,
    number,
    parameter_row,
    run_row,
    seconds,
    tag_row,
)
from mlops_audit.readers.tree_node import MISSING, Node
from mlops_audit.readers.yaml_document import load_yaml
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import RegisteredModel, Run, RunInput, RunStore

KIND = "mlflow-files"
#: Statuses of a run in `meta.yaml`.
_STATUS = {"1": "running", "2": "scheduled", "3": "finished", "4": "failed", "5": "killed"}
_LINE_LIMIT = 1_000_000
#: A scalar that means the same to any reader of YAML.
_PLAIN = re.compile(r"(?:\[\]|[A-Za-z0-9_./][\w./:+@%=,()-]{0,2000})?")

_ROOT = r"(?P<root>(?:[^/]+/){0,30}?)(?P<trash>\.trash/)?"
_RUN = re.compile(
    _ROOT + r"(?P<experiment>\d{1,30})/(?P<run>[0-9a-f]{32})/"
    r"(?:(?P<kind>metrics|params|tags)/(?P<key>[^\n]{1,250})"
    r"|inputs/[^/]{1,100}/(?P<input>meta\.yaml)|(?P<meta>meta\.yaml))"
)
_EXPERIMENT = re.compile(_ROOT + r"(?P<experiment>\d{1,30})/meta\.yaml")
_DATASET = re.compile(
    _ROOT + r"(?P<experiment>\d{1,30})/datasets/(?P<dataset>[0-9a-f]{8,64})/meta\.yaml"
)
_LOGGED = re.compile(
    _ROOT + r"(?P<experiment>\d{1,30})/models/(?P<model>m-[0-9a-f]{32})/meta\.yaml"
)
_MODEL = re.compile(
    _ROOT + r"models/(?P<name>[^/]{1,250})/"
    r"(?:version-(?P<version>\d{1,10})/meta\.yaml|aliases/(?P<alias>[^/]{1,250}))"
)


class MlflowFilesReader:
    """Reads `mlruns` folders, whatever they are called."""

    name = "runs-mlflow-files"
    version = 2

    def accepts(self, file: SourceFile) -> bool:
        """Accept what lies where the file store puts it."""
        path = file.path
        patterns = (_RUN, _EXPERIMENT, _DATASET, _LOGGED, _MODEL)
        return "/" in path and any(pattern.fullmatch(path) for pattern in patterns) and is_own(file)

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield what the file says about its run, experiment, data set or model."""
        path = file.path
        if found := _RUN.fullmatch(path):
            yield from _run(path, found, content)
        elif found := _DATASET.fullmatch(path):
            meta = _meta(content)
            if meta.has("name", "digest"):
                name, digest = meta.get("name").text, meta.get("digest").text
                yield RunInput(_store(found), STORE, name, digest or None, found["dataset"])
        elif found := _LOGGED.fullmatch(path):
            if run := _meta(content).get("source_run_id").text:
                yield tag_row(_store(found), run, LOGGED_MODEL, found["model"])
        elif found := _MODEL.fullmatch(path):
            yield from _model(path, found, content)
        elif found := _EXPERIMENT.fullmatch(path):
            meta = _meta(content)
            if meta.has("experiment_id", "name"):
                store, experiment = _store(found), found["experiment"]
                name = meta.get("name").text
                yield RunStore(store, KIND, 0)
                deleted = _is_deleted(found, meta)
                yield run_row(store, STORE, path, experiment=experiment, name=name, deleted=deleted)


def _run(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    store, run = _store(found), found["run"]
    if found["meta"]:
        row = run_meta(path.rpartition("/")[0], run, content)
        if row is not None:
            yield RunStore(store, KIND, 0)
            yield row._replace(store=store, deleted=row.deleted or bool(found["trash"]))
        return
    if found["input"]:
        meta = _meta(content)
        if meta.get("source_type").text == "DATASET":
            tags = meta.get("tags")
            context = tags.get("mlflow.data.context").text or None
            # The name is that of the data set once both files are put together.
            yield RunInput(store, run, meta.get("source_id").text, None, context)
        return
    key = found["key"]
    if found["kind"] == "metrics":
        points, value = last_point(content)
        if points:
            yield metric_row(store, run, key, value, points)
            yield from metric_history(content).rows(store, run, key)
        return
    text = content.decode("utf-8", "replace")
    if found["kind"] == "params":
        yield parameter_row(store, run, key, text)
    else:
        yield tag_row(store, run, key, text.strip())


def run_meta(path: str, run: str, content: bytes) -> Run | None:
    """Return what `meta.yaml` says about a run in the folder at ``path``; None if it is damaged."""
    meta = _flat_meta(content)
    if meta is None:
        tree = _meta(content)
        meta = {key: node.text if node.value is not None else "" for key, node in tree.pairs}
    if (meta.get("run_id") or meta.get("run_uuid")) != run:
        return None
    return run_row(
        "",
        run,
        path,
        experiment=meta.get("experiment_id", ""),
        name=meta.get("run_name") or meta.get("name", ""),
        status=_STATUS.get(meta.get("status", ""), "unknown"),
        deleted=meta.get("lifecycle_stage") == "deleted",
        started_at=seconds(number(meta.get("start_time", "")), 1_000),
        ended_at=seconds(number(meta.get("end_time", "")), 1_000),
        source=meta.get("source_name"),
        commit_sha=meta.get("source_version"),
        user=meta.get("user_id"),
    )


def _flat_meta(content: bytes) -> dict[str, str] | None:
    """Return `key: value` lines as MLflow writes them; None if YAML has to be understood."""
    found: dict[str, str] = {}
    for line in content.decode("utf-8", "replace").splitlines():
        key, colon, value = line.partition(": ")
        if not colon or not key.isidentifier():
            return None
        if value[:1] == "'" and value[-1:] == "'" and len(value) > 1:
            value = value[1:-1]
            if "'" in value:
                return None
        elif not _PLAIN.fullmatch(value):
            return None
        found[key] = "" if value == "null" else value
    return found


def metric_history(content: bytes) -> History:
    """Return the values of a metric file in the order in which they were logged."""
    history = History()
    for line in content.split(b"\n", _LINE_LIMIT)[:_LINE_LIMIT]:
        fields = line[:400].decode("ascii", "replace").split()
        time = number(fields[0]) if len(fields) >= 2 else None
        if time is not None:
            step = number(fields[2]) if len(fields) > 2 else None
            history.add(number(fields[1]), step, time / 1_000)
    return history


def _model(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    name = found["name"]
    if found["alias"]:
        version = content.decode("ascii", "replace").strip()
        if version.isdigit() and len(version) <= 10:
            yield RegisteredModel(path, None, "mlflow", name, version, found["alias"], None)
        return
    meta = _meta(content)
    if meta.get("version").text != found["version"] or not meta.has("name", "current_stage"):
        return
    stage = meta.get("current_stage").text
    if stage.startswith("Deleted"):
        return
    yield RegisteredModel(
        path=path,
        line=meta.get("version").line,
        store="mlflow",
        name=meta.get("name").text[:VALUE_LIMIT] or name,
        version=found["version"],
        stage=None if stage in ("", "None") else stage,
        # A logged model names its run; both are put together later.
        run=meta.get("run_id").text or meta.get("model_id").text or None,
    )


def last_point(content: bytes) -> tuple[int, float | None]:
    """Return how many points a metric file has, and the value of the last step."""
    points, best, last = 0, (-1.0, -1.0), ""
    for line in content.split(b"\n", _LINE_LIMIT)[:_LINE_LIMIT]:
        # time in milliseconds, value, step; later versions append the data set and the model.
        fields = line[:400].decode("ascii", "replace").split()
        time = number(fields[0]) if len(fields) >= 2 else None
        if time is None:
            continue
        points += 1
        at = ((number(fields[2]) or 0.0) if len(fields) > 2 else 0.0, time)
        if at >= best:
            best, last = at, fields[1]
    return points, number(last)


def _store(found: re.Match[str]) -> str:
    return found["root"].rstrip("/") or "."


def _is_deleted(found: re.Match[str], meta: Node) -> bool:
    return bool(found["trash"]) or meta.get("lifecycle_stage").text == "deleted"


def _meta(content: bytes) -> Node:
    documents = load_yaml(content).documents
    return documents[0] if documents else MISSING
