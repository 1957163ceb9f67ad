"""Prefect deployments: which flow they start, and on what schedule."""

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
from mlops_audit.schema import AutomationTrigger, PipelineStage

_ENTRY = re.compile(r"[\w./ -]{1,300}\.py:[\w.]{1,200}")
_WHEN = ("cron", "interval", "rrule")


def _accepts(file: SourceFile) -> bool:
    return file.name in ("prefect.yaml", "prefect.yml") or file.name.endswith(
        ("deployment.yaml", "deployment.yml")
    )


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    log = CommandLog(file.path)
    for document in yaml_documents(content)[:1]:
        listed = [one for one in document.get("deployments").items() if one.is_mapping]
        # Version 2 writes one deployment a file, with the flow's name beside its entry point.
        alone = [document] if document.has("entrypoint") and document.has("flow_name") else []
        for index, deployment in enumerate(listed or alone):
            yield from _deployment(file.path, index, deployment, log)
    yield from log.rows


def _deployment(path: str, index: int, deployment: Node, log: CommandLog) -> Iterator[Any]:
    name = (text_or_none(deployment.get("name")) or str(index))[:VALUE_LIMIT]
    yield PipelineStage(path, deployment.start, "prefect", "", name, "entry-point", False)
    entry = deployment.get("entrypoint")
    text = text_or_none(entry) or ""
    if _ENTRY.fullmatch(text):
        directory = folder(path)
        log.shell(f'prefect deployment "{text}"', entry.line, f"stage:{name}", directory=directory)
    schedules = [deployment.get("schedule"), *deployment.get("schedules").items()]
    for schedule in schedules:
        when = next((word for word in _WHEN if schedule.is_mapping and schedule.has(word)), None)
        if when is not None:
            detail = text_or_none(schedule.get(when)) or ""
            live = schedule.get("active").value is not False
            live = live and deployment.get("is_schedule_active").value is not False
            live = live and deployment.get("paused").value is not True
            scope = f"stage:{name}"
            yield AutomationTrigger(path, schedule.start, scope, "schedule", detail, live)


READER = FileReader("prefect", 1, _accepts, _rows)
