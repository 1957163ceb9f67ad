"""The file store of MLflow: one small file for each parameter, metric and tag of a run."""

import re
from collections.abc import Iterator
from typing import Any

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
from mlops_audit.schema import RegisteredModel, RunInput, RunStore

KIND = "mlflow-files"
#: Statuses of a run in `meta.yaml`.
_STATUS = {"1": "running", "2": "scheduled", "3": "finished", "4": "failed", "5": "killed"}
_LINE_LIMIT = 1_000_000

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
    version = 1

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
        yield from _run_meta(path, found, content)
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
        points, value = _last_point(content)
        if points:
            yield metric_row(store, run, key, value, points)
        return
    text = content.decode("utf-8", "replace")
    if found["kind"] == "params":
        yield parameter_row(store, run, key, text)
    else:
        yield tag_row(store, run, key, text.strip())


def _run_meta(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    meta = _meta(content)
    run = meta.first("run_id", "run_uuid").text
    if run != found["run"]:
        return
    store = _store(found)
    yield RunStore(store, KIND, 0)
    yield run_row(
        store,
        run,
        path.rpartition("/")[0],
        experiment=meta.get("experiment_id").text,
        name=meta.first("run_name", "name").text,
        status=_STATUS.get(meta.get("status").text, "unknown"),
        deleted=_is_deleted(found, meta),
        started_at=seconds(meta.get("start_time").value, 1_000),
        ended_at=seconds(meta.get("end_time").value, 1_000),
        source=meta.get("source_name").text,
        commit_sha=meta.get("source_version").text,
        user=meta.get("user_id").text,
    )


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


def _last_point(content: bytes) -> tuple[int, float | None]:
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
