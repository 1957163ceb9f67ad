"""Compose files: which image each service builds, or what it runs instead of its command."""

import re
import shlex
from collections.abc import Iterator
from posixpath import join, normpath
from typing import Any

from mlops_audit.readers.automation.common import (
    VALUE_LIMIT,
    CommandLog,
    FileReader,
    folder,
    image_base,
    text_or_none,
    yaml_documents,
)
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import UnitLink

_NAME = re.compile(r"[\w.-]{0,60}?compose[\w.-]{0,60}\.ya?ml", re.IGNORECASE)
SERVICE_LIMIT = 500


def _accepts(file: SourceFile) -> bool:
    return bool(_NAME.fullmatch(file.name))


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    log = CommandLog(file.path)
    for document in yaml_documents(content)[:1]:
        for included in document.get("include").items():
            for path in included.texts() or included.get("path").texts():
                yield UnitLink(file.path, included.start, "", "file", path[:VALUE_LIMIT])
        services = document.get("services").pairs
        for name, service in services[:SERVICE_LIMIT]:
            if service.is_mapping:
                scope = f"stage:{name}"[:VALUE_LIMIT]
                yield UnitLink(file.path, service.line, "", "part", scope)
                yield from _service(file.path, scope, service, log)
    yield from log.rows


def _service(path: str, scope: str, service: Node, log: CommandLog) -> Iterator[Any]:
    for needed in service.get("depends_on").texts() or service.get("depends_on").keys:
        yield UnitLink(path, service.line, scope, "part", f"stage:{needed}"[:VALUE_LIMIT])
    base = service.get("extends")
    if base.has("service"):
        file, name = text_or_none(base.get("file")), text_or_none(base.get("service")) or ""
        kind, target = ("file", file) if file else ("part", f"stage:{name}")
        yield UnitLink(path, base.line, scope, kind, target[:VALUE_LIMIT])
    image = service.get("image")
    if image.is_scalar and image.text.strip():
        yield image_base(path, image.line, image.text, "compose", None)
    build = service.get("build")
    context = text_or_none(build) or text_or_none(build.get("context")) or "."
    words = _words(service)
    if words:
        given = service.first("entrypoint", "command")
        # Compose writes `$$` for a dollar sign of the container's own shell.
        text = words.replace("$$", "$")
        place = normpath(join(folder(path), context)) if "$" not in context else folder(path)
        directory = "" if place == "." or place.startswith("..") else place
        log.shell(text, given.start or given.line, scope, directory=directory)
        return
    if build:
        file = text_or_none(build.get("dockerfile")) or "Dockerfile"
        if "://" not in context and "$" not in context + file:
            target = normpath(join(context, file))
            yield UnitLink(path, build.line, scope, "file", target[:VALUE_LIMIT])
    elif image.is_scalar:
        yield UnitLink(path, image.line, scope, "image", image.text[:VALUE_LIMIT])


def _words(service: Node) -> str:
    """Return the command of a service that is started otherwise than its image says."""
    parts = []
    for key in ("entrypoint", "command"):
        given = service.get(key)
        parts.append(given.text if given.is_scalar else shlex.join(given.texts()))
    entry, command = parts
    if not entry and command.startswith("-"):
        return ""  # options for the program of the image
    return f"{entry} {command}".strip()


READER = FileReader("compose", 1, _accepts, _rows)
