"""Tekton: tasks with their steps, pipelines of tasks, and what starts them."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import VALUE_LIMIT, CommandLog, text_or_none
from mlops_audit.readers.automation.containers import run_container
from mlops_audit.readers.tree_node import Node
from mlops_audit.schema import AutomationTrigger, PipelineStage, UnitLink

_RUNS = {"PipelineRun": ("pipelineRef", "Pipeline"), "TaskRun": ("taskRef", "Task")}


def rows(path: str, kind: str, name: str, document: Node, log: CommandLog) -> Iterator[Any]:
    """Read one document of the groups tekton.dev and triggers.tekton.dev."""
    spec = document.get("spec")
    scope = f"stage:{name}"[:VALUE_LIMIT]
    yield UnitLink(path, document.line, "", "part", scope)
    if kind in ("Task", "ClusterTask"):
        yield UnitLink(path, document.line, scope, "declares", _key("Task", name))
        yield from _task(path, scope, spec, log)
    elif kind == "Pipeline":
        yield UnitLink(path, document.line, scope, "declares", _key("Pipeline", name))
        yield from _pipeline(path, name, spec, log)
    elif kind in _RUNS:
        yield from _run(path, scope, kind, name, spec, log)
    elif kind == "TriggerTemplate":
        yield UnitLink(path, document.line, scope, "declares", _key("TriggerTemplate", name))
        for template in spec.get("resourcetemplates").items():
            started = text_or_none(template.get("kind")) or ""
            yield from _run(path, scope, started, name, template.get("spec"), log)
    elif kind == "EventListener":
        # What calls the listener is a webhook of the Git host, as a rule.
        yield AutomationTrigger(path, document.line, scope, "api", name, True)
        for trigger in spec.get("triggers").items():
            if reference := text_or_none(trigger.get("template").first("ref", "name")):
                yield UnitLink(
                    path, trigger.start, scope, "declared", _key("TriggerTemplate", reference)
                )


def _task(path: str, scope: str, spec: Node, log: CommandLog) -> Iterator[Any]:
    for step in spec.get("steps").items():
        yield from run_container(path, scope, step, log)


def _pipeline(path: str, name: str, spec: Node, log: CommandLog) -> Iterator[Any]:
    for task in (*spec.get("tasks").items(), *spec.get("finally").items()):
        title = text_or_none(task.get("name")) or ""
        stage = f"{name}.{title}"[:VALUE_LIMIT]
        scope = f"stage:{stage}"
        yield PipelineStage(path, task.start, "tekton", name, stage, "stage", False)
        yield UnitLink(path, task.start, f"stage:{name}"[:VALUE_LIMIT], "part", scope)
        if reference := text_or_none(task.get("taskRef", "name")):
            yield UnitLink(path, task.start, scope, "declared", _key("Task", reference))
        yield from _task(path, scope, task.get("taskSpec"), log)


def _run(path: str, scope: str, kind: str, name: str, spec: Node, log: CommandLog) -> Iterator[Any]:
    reference, declared = _RUNS.get(kind, ("", ""))
    if named := text_or_none(spec.get(reference, "name")):
        yield UnitLink(path, spec.line, scope, "declared", _key(declared, named))
    if kind == "TaskRun":
        yield from _task(path, scope, spec.get("taskSpec"), log)
    elif kind == "PipelineRun":
        yield from _pipeline(path, name, spec.get("pipelineSpec"), log)


def _key(kind: str, name: str) -> str:
    return f"tekton.{kind}/{name}"[:VALUE_LIMIT]
