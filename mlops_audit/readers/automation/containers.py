"""What manifests of Kubernetes and of what builds on it have in common: containers and clocks."""

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from mlops_audit.readers.automation.common import (
    VALUE_LIMIT,
    CommandLog,
    image_base,
    is_true,
    text_or_none,
)
from mlops_audit.readers.tree_node import Node
from mlops_audit.schema import AutomationTrigger, UnitLink

_SHELLS = frozenset({"bash", "sh", "zsh", "/bin/bash", "/bin/sh"})


def clock(path: str, scope: str, spec: Node) -> Iterator[AutomationTrigger]:
    """Yield the schedules of a CronJob or CronWorkflow."""
    live = not is_true(spec.get("suspend"))
    for schedule in (spec.get("schedule"), *spec.get("schedules").items()):
        if detail := text_or_none(schedule):
            yield AutomationTrigger(path, schedule.line, scope, "schedule", detail, live)


def run_container(path: str, scope: str, container: Node, log: CommandLog) -> Iterator[Any]:
    """Read what a container runs: its command, its script, or what its image says."""
    image = container.get("image")
    named = image.is_scalar and bool(image.text.strip())
    if named:
        yield image_base(path, image.line, image.text, "kubernetes", None)
    words = [*container.get("command").texts(), *container.get("args").texts()]
    source = container.first("source", "script")
    if source.is_scalar:
        shell = words[0] in _SHELLS if words else not source.text.startswith("#!")
        if shell or source.text.startswith(("#!/bin/sh", "#!/bin/bash", "#!/usr/bin/env bash")):
            log.shell(source.text, source.start, scope)
    else:
        started = words if container.has("command") else []
        line = container.first("command", "image").line
        yield from container_words(path, scope, line, started, image.text.strip(), log)


def container_words(
    path: str, scope: str, line: int | None, words: Sequence[str], image: str, log: CommandLog
) -> Iterator[UnitLink]:
    """Read the words a container is started with; without any, its image decides."""
    if words:
        log.shell(shlex.join(words), line, scope)
    elif image:
        yield UnitLink(path, line, scope, "image", image[:VALUE_LIMIT])
