"""Training jobs of Azure ML and SageMaker as people save them: descriptions and logs."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.json_document import load_json
from mlops_audit.readers.runs.curves import curve_rows
from mlops_audit.readers.runs.plain_text import is_log, text_curves
from mlops_audit.readers.runs.rows import (
    artifact_row,
    base_name,
    environment_row,
    finite,
    flat,
    instant,
    metric_row,
    parameter_row,
    parent_folder,
    run_row,
    seconds,
    shown_value,
    tag_row,
)
from mlops_audit.readers.tree_node import MISSING, Node
from mlops_audit.readers.yaml_document import load_yaml
from mlops_audit.schema import RunInput, RunStore

#: `aws sagemaker describe-training-job > …json`, `az ml job show > …`.
JOB = re.compile(
    r"(?:(?P<folder>[^\n]{1,300})/)?"
    r"(?P<name>[^/\n]{0,100}(?:job|run|training|describe)[^/\n]{0,100})\.(?P<suffix>json|ya?ml)",
    re.IGNORECASE,
)
#: What `az ml job download --all` and the studio leave.
LOG = re.compile(
    r"(?:(?P<folder>[^\n]{1,300}?)/)?"
    r"(?:artifacts/user_logs/std_log|user_logs/std_log(?:_process_\d{1,3})?"
    r"|azureml-logs/70_driver_log|logs/user_logs/std_log)\.txt"
)

_ASSET = re.compile(r"azureml:([\w.-]{1,200}):([\w.-]{1,60})")
_SAGEMAKER_STATUS = {
    "Completed": "finished",
    "Failed": "failed",
    "Stopped": "killed",
    "Stopping": "running",
    "InProgress": "running",
}
_AZURE_STATUS = {
    "Completed": "finished",
    "Failed": "failed",
    "Canceled": "killed",
    "NotResponding": "failed",
    "Running": "running",
    "Queued": "scheduled",
}


def job(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield the job that a saved answer of the service describes."""
    if b"TrainingJobArn" in content:
        tree = _tree(found, content)
        if tree.has("TrainingJobName", "TrainingJobArn", "TrainingJobStatus"):
            yield from _sagemaker(path, tree)
    elif b"creation_context" in content or b"creationContext" in content:
        tree = _tree(found, content)
        kind = tree.get("type").text
        if tree.has("name", "status", "type") and kind in ("command", "sweep", "pipeline"):
            yield from _azure(path, tree)


def log(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield what the log of a job says line by line."""
    curves = text_curves(content)
    if is_log(curves):
        folder = found["folder"] or ""
        store, run = parent_folder(folder), base_name(folder) or "job"
        yield RunStore(store, "azureml", 0)
        yield run_row(store, run, folder or path)
        yield from curve_rows(store, run, curves)


def _tree(found: re.Match[str], content: bytes) -> Node:
    if found["suffix"].lower() == "json":
        return load_json(content)
    documents = load_yaml(content).documents
    return documents[0] if documents else MISSING


def _moment(node: Node) -> int | None:
    number = finite(node.value)
    return seconds(number) if number is not None else instant(node.text)


def _sagemaker(path: str, tree: Node) -> Iterator[Any]:
    store, run = parent_folder(path), tree.get("TrainingJobName").text
    yield RunStore(store, "sagemaker", 0)
    parameters = tree.get("HyperParameters")
    program = parameters.get("sagemaker_program").text.strip('"')
    yield run_row(
        store,
        run,
        path,
        status=_SAGEMAKER_STATUS.get(tree.get("TrainingJobStatus").text, "unknown"),
        started_at=_moment(tree.first("TrainingStartTime", "CreationTime")),
        ended_at=_moment(tree.get("TrainingEndTime")),
        source=program or None,
    )
    for key, node in flat(parameters):
        yield parameter_row(store, run, key, node.text.strip('"'))
    for metric in tree.get("FinalMetricDataList").items():
        value = finite(metric.get("Value").value)
        yield metric_row(store, run, metric.get("MetricName").text, value)
    for channel in tree.get("InputDataConfig").items():
        source = channel.get("DataSource", "S3DataSource", "S3Uri").text
        if source:
            yield RunInput(store, run, source[:250], None, channel.get("ChannelName").text or None)
    if model := tree.get("ModelArtifacts", "S3ModelArtifacts").text:
        yield artifact_row(store, run, model)
    for key, keys in (
        ("image", ("AlgorithmSpecification", "TrainingImage")),
        ("machine", ("ResourceConfig", "InstanceType")),
    ):
        if text := tree.get(*keys).text:
            yield environment_row(store, run, key, text)


def _azure(path: str, tree: Node) -> Iterator[Any]:
    store, run = parent_folder(path), tree.get("name").text
    context = tree.first("creation_context", "creationContext")
    told = tree.get("properties")
    dirty = told.get("azureml.git.dirty").text.lower()
    yield RunStore(store, "azureml", 0)
    yield run_row(
        store,
        run,
        path,
        experiment=tree.get("experiment_name").text,
        name=tree.get("display_name").text,
        status=_AZURE_STATUS.get(tree.get("status").text, "unknown"),
        started_at=_moment(context.first("created_at", "createdAt")),
        commit_sha=told.get("mlflow.source.git.commit").text or None,
        user=context.first("created_by", "createdBy").text or None,
        dirty={"true": True, "false": False}.get(dirty),
    )
    if command := tree.get("command").text:
        yield environment_row(store, run, "command", " ".join(command.split()))
    for key, keys in (("image", ("environment",)), ("machine", ("compute",))):
        if text := shown_value(tree.get(*keys)):
            yield environment_row(store, run, key, text)
    for key, node in tree.get("inputs").pairs:
        if place := node.get("path").text:
            asset = _ASSET.fullmatch(place[:250])
            name, digest = (asset[1], asset[2]) if asset else (place[:250], None)
            yield RunInput(store, run, name, digest, key)
        else:
            yield parameter_row(store, run, key, shown_value(node))
    for key, node in tree.get("tags").pairs:
        yield tag_row(store, run, key, node.text)
