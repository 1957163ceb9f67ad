"""Tables of cron: when which command runs."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import CommandLog, FileReader
from mlops_audit.readers.yaml_document import decode
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, UnitLink

LINE_LIMIT = 1_000
_FIELD = r"[\w*/,?#-]{1,40}"
_LINE = re.compile(
    rf"(?P<when>@(?:hourly|daily|midnight|weekly|monthly|yearly|annually|reboot)"
    rf"|{_FIELD}(?:[ \t]+{_FIELD}){{4}})[ \t]+(?P<command>\S.{{0,2000}})"
)
_USER = re.compile(r"(?:root|www-data|nobody|ubuntu|app|cron)[ \t]+")


def _accepts(file: SourceFile) -> bool:
    name = file.name.lower()
    return (
        name in ("crontab", "crontab.txt", "cronjob", "cronjobs", "crontab.example")
        or file.suffix in (".cron", ".crontab")
        or "/cron.d/" in f"/{file.path}"
    )


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    log = CommandLog(file.path)
    for number, line in enumerate(decode(content).split("\n")[:LINE_LIMIT], 1):
        match = _LINE.fullmatch(line.strip())
        if match is None or not _timely(match["when"]):
            continue
        when = " ".join(match["when"].split())
        scope = f"stage:line {number}"
        yield UnitLink(file.path, number, "", "part", scope)
        yield AutomationTrigger(file.path, number, scope, "schedule", when, True)
        log.shell(_USER.sub("", match["command"], count=1), number, scope)
    yield from log.rows


def _timely(when: str) -> bool:
    return when.startswith("@") or any(
        character.isdigit() or character == "*" for character in when
    )


READER = FileReader("crontab", 1, _accepts, _rows)
