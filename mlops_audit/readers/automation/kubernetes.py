"""Kubernetes manifests: what containers run, and what starts by the clock; Argo workflows too."""

import shlex
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import (
    VALUE_LIMIT,
    CommandLog,
    FileReader,
    image_base,
    is_true,
    text_or_none,
    yaml_documents,
)
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, PipelineStage, StageItem

_DOCUMENT_LIMIT = 100
_SHELLS = frozenset({"bash", "sh", "zsh", "/bin/bash", "/bin/sh"})
#: Where the pod of a workload is described.
_PODS = {
    "Pod": ("spec",),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
_ARGO = frozenset({"Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow"})


def _accepts(file: SourceFile) -> bool:
    return file.suffix in (".yml", ".yaml") and not file.path.startswith(".github/")


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    if b"apiVersion" not in content or b"kind" not in content:
        return
    log = CommandLog(file.path)
    for document in yaml_documents(content)[:_DOCUMENT_LIMIT]:
        kind = text_or_none(document.get("kind")) or ""
        version = text_or_none(document.get("apiVersion")) or ""
        name = text_or_none(document.get("metadata", "name")) or kind.lower()
        if kind in _ARGO and version.startswith("argoproj.io/"):
            yield from _workflow(file.path, name[:VALUE_LIMIT], document, log)
        elif kind in _PODS:
            yield from _workload(file.path, kind, name[:VALUE_LIMIT], document, log)
        elif "kubeflow.org/" in version and kind.endswith("Job"):
            for pod in _replicas(document):
                yield from _pod(file.path, f"stage:{name}"[:VALUE_LIMIT], pod, log)
    yield from log.rows


def _workload(path: str, kind: str, name: str, document: Node, log: CommandLog) -> Iterator[Any]:
    if kind in ("Job", "CronJob"):
        # Alone: several jobs in one file are no pipeline.
        yield PipelineStage(path, document.line, "kubernetes", "", name, "component", False)
    if kind == "CronJob":
        yield from _clock(path, f"stage:{name}", document.get("spec"))
    yield from _pod(path, f"stage:{name}", document.get(*_PODS[kind]), log)


def _clock(path: str, scope: str, spec: Node) -> Iterator[AutomationTrigger]:
    live = not is_true(spec.get("suspend"))
    for schedule in (spec.get("schedule"), *spec.get("schedules").items()):
        if detail := text_or_none(schedule):
            yield AutomationTrigger(path, schedule.line, scope, "schedule", detail, live)


def _replicas(document: Node) -> Iterator[Node]:
    for key, group in document.get("spec").pairs:
        if key.endswith("ReplicaSpecs"):
            for _, replica in group.pairs:
                yield replica.get("template", "spec")


def _pod(path: str, scope: str, pod: Node, log: CommandLog) -> Iterator[Any]:
    for section in ("initContainers", "containers"):
        for container in pod.get(section).items():
            yield from _container(path, scope, container, log)


def _container(path: str, scope: str, container: Node, log: CommandLog) -> Iterator[Any]:
    image = container.get("image")
    if image.is_scalar and image.text.strip():
        yield image_base(path, image.line, image.text, "kubernetes", None)
    words = [*container.get("command").texts(), *container.get("args").texts()]
    if container.has("command") and words:
        log.shell(shlex.join(words), container.get("command").line, scope)
    source = container.get("source")
    if source.is_scalar and words[:1] and words[0] in _SHELLS:
        log.shell(source.text, source.start, scope)


def _workflow(path: str, name: str, document: Node, log: CommandLog) -> Iterator[Any]:
    spec = document.get("spec")
    if text_or_none(document.get("kind")) == "CronWorkflow":
        yield from _clock(path, "", spec)
        spec = spec.get("workflowSpec")
    for template in spec.get("templates").items():
        stage = (text_or_none(template.get("name")) or "")[:VALUE_LIMIT]
        container = template.first("container", "script")
        if stage and container.is_mapping:
            yield PipelineStage(path, template.start, "argo", name, stage, "stage", False)
            yield from _container(path, f"stage:{stage}", container, log)
        yield from _needs(path, template)


def _needs(path: str, template: Node) -> Iterator[StageItem]:
    """Yield which template waits for which, told by the tasks that use them."""
    tasks = [task for task in template.get("dag", "tasks").items() if task.is_mapping]
    uses = {text_or_none(task.get("name")): text_or_none(task.get("template")) for task in tasks}
    for task in tasks:
        stage = text_or_none(task.get("template"))
        for before in task.get("dependencies").texts():
            needed = uses.get(before)
            if stage and needed:
                yield StageItem(path, task.start, stage, "needs", needed)


READER = FileReader("kubernetes", 1, _accepts, _rows)
