"""justfiles: recipes, what they depend on, and their lines."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import CommandLog, FileReader, folder
from mlops_audit.readers.yaml_document import decode
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Task

_RECIPE_LIMIT = 1_000
_VARIABLE = re.compile(r"(?:export\s{1,5})?([A-Za-z_][\w-]{0,100})\s{0,20}:=\s{0,20}(.{0,2000})")
_RECIPE = re.compile(r"@?([A-Za-z_][\w-]{0,100})((?:\s{1,5}[^:\n]{1,200})?)\s{0,5}:(?!=)([^\n]*)")
_REFERENCE = re.compile(r"\{\{\s{0,5}([A-Za-z_][\w-]{0,100})\s{0,5}\}\}")


def _accepts(file: SourceFile) -> bool:
    return file.name.lower() in ("justfile", ".justfile") or file.suffix == ".just"


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    variables: dict[str, str] = {}
    log = CommandLog(file.path)
    current = ""
    count = 0
    for number, line in enumerate(decode(content).split("\n"), 1):
        if line[:1] in (" ", "\t"):
            text = line.strip()
            if current and text and not text.startswith(("#", "@#")):
                tolerated = text[:2] in ("-@", "@-") or text[:1] == "-"
                plain = _REFERENCE.sub(
                    lambda match: variables.get(match[1], match[0]), text.lstrip("@-")
                )
                log.shell(
                    plain,
                    number,
                    f"task:{current}",
                    tolerated=tolerated,
                    directory=folder(file.path),
                )
            continue
        if not line.strip() or line.startswith(("#", "[")):
            continue
        if match := _VARIABLE.match(line):
            variables[match[1]] = match[2].strip().strip("'\"")
            current = ""
        elif (match := _RECIPE.match(line)) and count < _RECIPE_LIMIT:
            count += 1
            current = match[1]
            needs = match[3].partition("#")[0].replace("&&", " ")
            # `(recipe argument)` is a dependency with arguments.
            names = re.findall(r"\(\s{0,5}([\w-]{1,100})[^()]{0,200}\)|([\w-]{1,100})", needs)
            joined = " ".join(inner or plain for inner, plain in names)
            yield Task(file.path, number, "just", current, joined)
        else:
            current = ""
    yield from log.rows


READER = FileReader("justfile", 1, _accepts, _rows)
