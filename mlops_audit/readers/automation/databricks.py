"""Databricks asset bundles: jobs with their tasks and what starts them."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import (
    VALUE_LIMIT,
    CommandLog,
    FileReader,
    folder,
    text_or_none,
    yaml_documents,
)
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, PipelineStage, StageItem, UnitLink

#: `${workspace.file_path}/src/train.py` lies at `src/train.py` of the bundle.
_ROOT = re.compile(r"\$\{[^{}\n]{1,100}\}/")
_WORDS = re.compile(r"[\w./ -]{1,300}")
_JOBS = ("resources", "jobs")


def _accepts(file: SourceFile) -> bool:
    return file.suffix in (".yml", ".yaml") and not file.path.startswith(".github/")


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    if b"resources" not in content or b"jobs" not in content:
        return
    log = CommandLog(file.path)
    for document in yaml_documents(content)[:1]:
        seen: set[str] = set()
        for name, job in _jobs(document):
            # A target repeats a job to change it: what it adds counts, the rest is known.
            if name not in seen:
                yield from _job(file.path, name, job, log)
                seen.add(name)
    yield from log.rows


def _jobs(document: Node) -> Iterator[tuple[str, Node]]:
    yield from document.get(*_JOBS).pairs
    for _, target in document.get("targets").pairs:
        yield from target.get(*_JOBS).pairs


def _job(path: str, name: str, job: Node, log: CommandLog) -> Iterator[Any]:
    name = name[:VALUE_LIMIT]
    tasks = [task for task in job.get("tasks").items() if task.is_mapping]
    stages = [
        f"{name}.{text_or_none(task.get('task_key')) or index}" for index, task in enumerate(tasks)
    ]
    for task, stage in zip(tasks, stages, strict=True):
        yield PipelineStage(path, task.start, "databricks", name, stage, "stage", False)
        for need in task.get("depends_on").items():
            if before := text_or_none(need.get("task_key")):
                yield StageItem(path, need.start, stage, "needs", f"{name}.{before}")
        _run(task, stage, path, log)
    # A job of one task is started as that task: it is no pipeline of two stages.
    start = stages[0] if len(stages) == 1 else name
    if len(stages) > 1:
        yield PipelineStage(path, job.line, "databricks", name, name, "pipeline-job", False)
        for stage in stages:
            yield StageItem(path, job.line, name, "needs", stage)
    scope = f"stage:{start}" if stages else ""
    yield UnitLink(path, job.line, scope, "declares", f"databricks/{name}"[:VALUE_LIMIT])
    yield from _triggers(path, scope, job)


def _triggers(path: str, scope: str, job: Node) -> Iterator[AutomationTrigger]:
    schedule = job.get("schedule")
    if cron := text_or_none(schedule.get("quartz_cron_expression")):
        yield AutomationTrigger(path, schedule.line, scope, "schedule", cron, not _paused(schedule))
    trigger = job.get("trigger")
    if trigger.is_mapping:
        live = not _paused(trigger)
        every = trigger.get("periodic")
        if every.is_mapping:
            detail = " ".join(["every", *every.texts()])[:VALUE_LIMIT]
            yield AutomationTrigger(path, trigger.line, scope, "schedule", detail, live)
        for kind in ("file_arrival", "table_update", "model"):
            if trigger.has(kind):
                yield AutomationTrigger(path, trigger.line, scope, "data_arrival", kind, live)
    continuous = job.get("continuous")
    if continuous.is_mapping:
        live = not _paused(continuous)
        yield AutomationTrigger(path, continuous.line, scope, "schedule", "continuous", live)


def _paused(node: Node) -> bool:
    return (text_or_none(node.get("pause_status")) or "").upper() == "PAUSED"


def _run(task: Node, stage: str, path: str, log: CommandLog) -> None:
    if not task.is_mapping:
        return
    file = task.get("spark_python_task", "python_file")
    notebook = task.get("notebook_task", "notebook_path")
    for node in (file, notebook):
        text = _ROOT.sub("", text_or_none(node) or "")
        if _WORDS.fullmatch(text):
            log.shell(f'python "{text}"', node.line, f"stage:{stage}", directory=folder(path))
    wheel = task.get("python_wheel_task")
    entry = text_or_none(wheel.get("entry_point")) or ""
    if re.fullmatch(r"[\w.-]{1,100}", entry):
        log.shell(entry, wheel.line, f"stage:{stage}")
    for command in task.get("dbt_task", "commands").items():
        log.shell(command.text, command.line, f"stage:{stage}", directory=folder(path))
    each = task.get("for_each_task", "task")
    if each.is_mapping:
        _run(each, stage, path, log)


READER = FileReader("databricks", 2, _accepts, _rows)
