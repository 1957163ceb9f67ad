"""Pipelines written as JSON: Amazon States Language, and Azure Data Factory."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import (
    SIZE_LIMIT,
    VALUE_LIMIT,
    CommandLog,
    FileReader,
    text_or_none,
    yaml_documents,
)
from mlops_audit.readers.json_document import load_json
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, PipelineStage, StageItem, UnitLink

STAGE_LIMIT = 300
_PATH = re.compile(r"[\w./ -]{1,300}")
#: Where activities hold others.
_INNER = ("activities", "ifTrueActivities", "ifFalseActivities", "defaultActivities")


def _accepts(file: SourceFile) -> bool:
    # Large JSON files are data.
    fits = file.suffix == ".json" and file.size <= SIZE_LIMIT
    return fits or file.name.endswith((".asl.yaml", ".asl.yml"))


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    states = b'"StartAt"' in content or b"StartAt:" in content
    factory = b'"typeProperties"' in content or b'"pipelineReference"' in content
    if not states and not factory:
        return
    documents = [load_json(content)] if file.suffix == ".json" else yaml_documents(content)[:1]
    log = CommandLog(file.path)
    for document in documents:
        if document.has("StartAt", "States"):
            yield from _machine(file, document)
        elif document.get("properties").is_mapping:
            yield from _factory(file.path, document, log)
    yield from log.rows


def _machine(file: SourceFile, document: Node, depth: int = 5) -> Iterator[PipelineStage]:
    name = file.name.partition(".")[0]
    for state, body in document.get("States").pairs[:STAGE_LIMIT]:
        if text_or_none(body.get("Type")) == "Task":
            yield PipelineStage(
                file.path, body.line, "step-functions", name, state[:VALUE_LIMIT], "stage", False
            )
        inner = (*body.get("Branches").items(), body.first("ItemProcessor", "Iterator"))
        for machine in inner if depth else ():
            yield from _machine(file, machine, depth - 1)


def _factory(path: str, document: Node, log: CommandLog) -> Iterator[Any]:
    name = (text_or_none(document.get("name")) or "")[:VALUE_LIMIT]
    given = document.get("properties")
    if given.get("activities").is_sequence:
        yield UnitLink(path, document.line, "", "declares", f"data-factory/{name}"[:VALUE_LIMIT])
        yield from _activities(path, name, given, log)
    elif given.get("pipelines").is_sequence or given.has("pipeline"):
        yield from _trigger(path, given)


def _activities(
    path: str, pipeline: str, holder: Node, log: CommandLog, depth: int = 5
) -> Iterator[Any]:
    for key in _INNER:
        for activity in holder.get(key).items():
            name = (text_or_none(activity.get("name")) or "")[:VALUE_LIMIT]
            if not name:
                continue
            off = text_or_none(activity.get("state")) == "Inactive"
            line = activity.start
            yield PipelineStage(path, line, "data-factory", pipeline, name, "stage", off)
            for before in activity.get("dependsOn").items():
                if needed := text_or_none(before.get("activity")):
                    yield StageItem(path, line, name, "needs", needed)
            yield from _activity(path, f"stage:{name}", activity.get("typeProperties"), log)
            if depth:
                inner = activity.get("typeProperties")
                yield from _activities(path, pipeline, inner, log, depth - 1)


def _activity(path: str, scope: str, given: Node, log: CommandLog) -> Iterator[UnitLink]:
    """Read what an activity runs: a notebook, a script, another pipeline."""
    for key in ("notebookPath", "pythonFile"):
        node = given.get(key)
        text = text_or_none(node) or ""
        if _PATH.fullmatch(text):
            log.shell(f'python "{text}"', node.line, scope)
    called = text_or_none(given.get("pipeline", "referenceName"))
    if called:
        yield UnitLink(path, given.line, scope, "declared", f"data-factory/{called}"[:VALUE_LIMIT])


def _trigger(path: str, given: Node) -> Iterator[Any]:
    kind = text_or_none(given.get("type")) or ""
    every = given.get("typeProperties").first("recurrence")
    every = every if every.is_mapping else given.get("typeProperties")
    if kind in ("ScheduleTrigger", "TumblingWindowTrigger"):
        interval = text_or_none(every.get("interval")) or "1"
        detail = f"every {interval} {text_or_none(every.get('frequency')) or ''}".strip()
        start = "schedule"
    elif kind.startswith(("BlobEvents", "CustomEvents")):
        start, detail = "data_arrival", kind
    else:
        return
    live = text_or_none(given.get("runtimeState")) != "Stopped"
    yield AutomationTrigger(path, given.line, "", start, detail[:VALUE_LIMIT], live)
    for pipeline in (*given.get("pipelines").items(), given.get("pipeline")):
        if name := text_or_none(pipeline.get("pipelineReference", "referenceName")):
            target = f"data-factory/{name}"[:VALUE_LIMIT]
            yield UnitLink(path, pipeline.start, "", "declared", target)


READER = FileReader("json-pipelines", 1, _accepts, _rows)
