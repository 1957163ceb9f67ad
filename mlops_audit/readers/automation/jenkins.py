"""Jenkinsfiles: stages, shell steps and triggers, read as text since the file is a program."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import CommandLog, FileReader, image_base
from mlops_audit.readers.masking import masked_setting
from mlops_audit.readers.yaml_document import decode
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, Job, Workflow

TEXT_LIMIT = 200_000
_COMMENT = re.compile(r"(?<![:\"'/])//[^\n]*|/\*(?:[^*]|\*(?!/)){0,20000}\*/")
_TOKEN = re.compile(
    r"\bstage\s{0,3}\(?\s{0,3}['\"](?P<stage>[^'\"\n]{1,200})['\"]"
    r"|\b(?:sh|bat|powershell)\s{0,3}\(?\s{0,3}(?:script\s{0,3}:\s{0,3})?"
    r"(?P<quote>'''|\"\"\"|'|\")(?P<text>.{1,20000}?)(?<!\\)(?P=quote)"
    r"|\b(?:cron|pollSCM)\s{0,3}\(?\s{0,3}['\"](?P<cron>[^'\"\n]{1,200})['\"]"
    r"|\bimage\s{0,3}['\"](?P<image>[^'\"\n]{1,200})['\"]",
    re.DOTALL,
)

_ENVIRONMENT = re.compile(r"\benvironment\s{0,5}\{([^{}]{0,5000})\}")
_VALUE = re.compile(r"^\s*(\w{1,100})\s{0,20}=\s{0,20}['\"]([^'\"\n]{1,300})['\"]\s*$", re.M)


def _accepts(file: SourceFile) -> bool:
    name = file.name.lower()
    return name.startswith("jenkinsfile") or name.endswith(".jenkinsfile")


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    path = file.path
    text = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), decode(content)[:TEXT_LIMIT])
    if "pipeline" not in text and "node" not in text:
        return
    yield Workflow(path, "jenkins", file.name, True)
    log = CommandLog(path)
    stage, cron = "build", False
    known = {
        name: value
        for block in _ENVIRONMENT.findall(text)
        for name, value in _VALUE.findall(block)
        if "$" not in value and masked_setting(name, value) == value
    }
    jobs: dict[str, int] = {}
    for match in _TOKEN.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match["stage"]:
            stage = match["stage"]
        elif match["cron"]:
            cron = True
            kind = "schedule" if match[0].startswith("cron") else "push"
            yield AutomationTrigger(path, line, "", kind, match["cron"], True)
        elif match["image"]:
            yield image_base(path, line, match["image"], "workflow", None)
        elif match["text"]:
            jobs.setdefault(stage, line)
            script = match["text"].replace("\\\n", "\n")
            log.shell(script, line, f"job:{stage}", variables=known)
    for name, line in jobs.items():
        yield Job(path, line, name, name, "", None, None, None, None, None, False)
    if not cron:
        # A multibranch pipeline, the usual home of a Jenkinsfile, runs on every push.
        yield AutomationTrigger(path, 1, "", "push", "multibranch", True)
    yield from log.rows


READER = FileReader("jenkins", 2, _accepts, _rows)
