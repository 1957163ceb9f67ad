"""Serverless Framework: functions, their code and the events that start them."""

from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import (
    VALUE_LIMIT,
    FileReader,
    text_or_none,
    yaml_documents,
)
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, UnitLink

_EVENTS = {"schedule": "schedule", "s3": "data_arrival", "cloudwatchEvent": "api"}


def _accepts(file: SourceFile) -> bool:
    return file.name in ("serverless.yml", "serverless.yaml")


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    for document in yaml_documents(content)[:1]:
        for name, function in document.get("functions").pairs[:500]:
            scope = f"stage:{name}"[:VALUE_LIMIT]
            yield UnitLink(file.path, function.line, "", "part", scope)
            handler = function.get("handler")
            if handler.is_scalar:
                target = f"|{handler.text}"[:VALUE_LIMIT]
                yield UnitLink(file.path, handler.line, scope, "handler", target)
            for event in function.get("events").items():
                yield from _event(file.path, scope, event)


def _event(path: str, scope: str, event: Node) -> Iterator[AutomationTrigger]:
    for key, given in event.pairs[:1]:
        kind = _EVENTS.get(key, "api")
        detail = text_or_none(given) or " ".join(given.get("rate").texts()) or key
        live = given.get("enabled").value is not False
        yield AutomationTrigger(path, event.start, scope, kind, detail[:VALUE_LIMIT], live)


READER = FileReader("serverless", 1, _accepts, _rows)
