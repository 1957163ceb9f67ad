"""Nextflow: processes, their scripts and the modules that are included; read as text."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import VALUE_LIMIT, CommandLog, FileReader, image_base
from mlops_audit.readers.yaml_document import decode
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import PipelineStage, UnitLink

TEXT_LIMIT = 300_000
_TOKEN = re.compile(
    r"^[ \t]{0,20}process[ \t]{1,5}['\"]?(?P<process>\w{1,100})"
    r"|\bcontainer[ \t]{1,5}['\"](?P<image>[^'\"\n]{1,300})['\"]"
    r"|(?P<quote>'''|\"\"\")(?P<script>.{1,20000}?)(?P=quote)"
    r"|\bfrom[ \t]{1,5}['\"](?P<module>\.[^'\"\n]{1,300})['\"]"
    r"|^[ \t]{0,20}workflow\b(?P<workflow>)",
    re.DOTALL | re.MULTILINE,
)
_FOLDER = re.compile(r"\$\{?(?:projectDir|baseDir|launchDir|moduleDir)\}?/")
#: Scripts of the folder `bin` are on the path of every process.
_BINARY = re.compile(r"(?m)^([ \t]*)([\w-]{1,100}\.(?:py|R|sh))\b")


def _accepts(file: SourceFile) -> bool:
    return file.suffix == ".nf"


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    path, log, scope = file.path, CommandLog(file.path), ""
    text = decode(content)[:TEXT_LIMIT]
    for match in _TOKEN.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match["process"]:
            scope = f"stage:{match['process']}"
            yield PipelineStage(path, line, "nextflow", "", match["process"], "stage", False)
        elif match["image"] and scope:
            yield image_base(path, line, match["image"], "workflow", None)
        elif match["module"]:
            name = match["module"]
            target = name if name.endswith(".nf") else f"{name}.nf"
            yield UnitLink(path, line, "", "file", target[:VALUE_LIMIT])
        elif match["workflow"] is not None and not match["script"]:
            scope = ""
        elif match["script"] and scope:
            script = _FOLDER.sub("", match["script"]).replace("\\$", "$")
            log.shell(_BINARY.sub(r"\1./bin/\2", script), line, scope)
    yield from log.rows


READER = FileReader("nextflow", 1, _accepts, _rows)
