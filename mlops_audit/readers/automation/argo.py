"""Argo: workflows with their templates, sensors, and applications that follow the repository."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import VALUE_LIMIT, CommandLog, flat, text_or_none
from mlops_audit.readers.automation.containers import clock, run_container
from mlops_audit.readers.tree_node import Node
from mlops_audit.schema import AutomationTrigger, PipelineStage, StageItem, UnitLink

_WORKFLOWS = frozenset({"Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow"})
_DATA = ("s3", "minio", "file", "hdfs", "bucket", "storage")


def rows(path: str, kind: str, name: str, document: Node, log: CommandLog) -> Iterator[Any]:
    """Read one document of the group argoproj.io."""
    spec = document.get("spec")
    if kind in _WORKFLOWS:
        yield from _workflow(path, kind, name, spec, log)
    elif kind == "Sensor":
        yield from _sensor(path, spec)
    elif kind == "Application":
        yield from _application(path, spec)
    elif kind == "ApplicationSet":
        yield from _application(path, spec.get("template", "spec"))


def _workflow(path: str, kind: str, name: str, spec: Node, log: CommandLog) -> Iterator[Any]:
    if kind == "CronWorkflow":
        yield from clock(path, "", spec)
        spec = spec.get("workflowSpec")
    if kind.endswith("Template"):
        yield UnitLink(path, spec.line, "", "declares", _key(name))
    yield from _reference(path, "", spec.get("workflowTemplateRef"))
    for template in spec.get("templates").items():
        stage = (text_or_none(template.get("name")) or "")[:VALUE_LIMIT]
        container = template.first("container", "script")
        if stage and container.is_mapping:
            yield PipelineStage(path, template.start, "argo", name, stage, "stage", False)
            yield from run_container(path, f"stage:{stage}", container, log)
        yield from _tasks(path, stage, template)


def _tasks(path: str, stage: str, template: Node) -> Iterator[Any]:
    """Yield which template waits for which, told by the tasks that use them."""
    tasks = [task for task in template.get("dag", "tasks").items() if task.is_mapping]
    steps = [step for step in flat(template.get("steps")) if step.is_mapping]
    for task in (*tasks, *steps):
        used = text_or_none(task.get("template"))
        if stage and used:
            yield UnitLink(
                path, task.start, f"stage:{stage}", "part", f"stage:{used}"[:VALUE_LIMIT]
            )
        yield from _reference(path, f"stage:{stage}" if stage else "", task.get("templateRef"))
    uses = {text_or_none(task.get("name")): text_or_none(task.get("template")) for task in tasks}
    for task in tasks:
        used = text_or_none(task.get("template"))
        for before in task.get("dependencies").texts():
            needed = uses.get(before)
            if used and needed:
                yield StageItem(path, task.start, used, "needs", needed)


def _reference(path: str, scope: str, reference: Node) -> Iterator[UnitLink]:
    if name := text_or_none(reference.get("name")):
        yield UnitLink(path, reference.line, scope, "declared", _key(name))
        if scope:
            # A template that only calls others has no commands of its own.
            yield UnitLink(path, reference.line, "", "part", scope)


def _key(name: str) -> str:
    return f"argo/{name}"[:VALUE_LIMIT]


def _sensor(path: str, spec: Node) -> Iterator[Any]:
    """Read what starts workflows when something happened."""
    for dependency in spec.get("dependencies").items():
        source = text_or_none(dependency.get("eventSourceName")) or ""
        kind = "data_arrival" if any(word in source.lower() for word in _DATA) else "api"
        kind = "schedule" if "calendar" in source.lower() else kind
        yield AutomationTrigger(path, dependency.start, "", kind, source[:VALUE_LIMIT], True)
    for trigger in spec.get("triggers").items():
        workflow = trigger.get("template").first("argoWorkflow", "k8s")
        inner = workflow.get("source", "resource", "spec")
        yield from _reference(path, "", inner.get("workflowTemplateRef"))


def _application(path: str, spec: Node) -> Iterator[Any]:
    """An application that syncs by itself deploys whatever is pushed to its folder."""
    automated = spec.get("syncPolicy", "automated")
    if not automated or text_or_none(automated.get("enabled")) == "false":
        return
    for source in (spec.get("source"), *spec.get("sources").items()):
        folder = text_or_none(source.get("path"))
        if folder is None or text_or_none(source.get("chart")):
            continue
        revision = text_or_none(source.get("targetRevision")) or "HEAD"
        yield AutomationTrigger(path, automated.line, "", "push", revision[:VALUE_LIMIT], True)
        yield UnitLink(path, source.line, "", "folder", folder[:VALUE_LIMIT])
