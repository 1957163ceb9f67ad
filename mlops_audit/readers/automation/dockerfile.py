"""Dockerfiles: base images, what is run and installed, and as whom it starts."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mlops_audit.readers.automation.common import CommandLog, FileReader, image_base
from mlops_audit.readers.dependencies.install_command import installed
from mlops_audit.readers.masking import masked_setting
from mlops_audit.readers.yaml_document import decode
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Command, Setting, UnitLink

_NAME = re.compile(
    r"(?:docker|container)file(?:[.\-_].*)?\Z|.*\.(?:dockerfile|containerfile)\Z", re.I
)
_INSTRUCTION = re.compile(r"[ \t]*([A-Za-z]{2,20})[ \t]+(.*)", re.S)
_FROM = re.compile(r"(?:--\S+[ \t]+)*(\S+)(?:[ \t]+as[ \t]+(\S+))?", re.I)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w{0,80})(?::?-([^}]{0,200}))?\}|([A-Za-z_]\w{0,80}))")
_HEREDOC = re.compile(r"<<-?[\"']?([A-Za-z_]\w{0,40})[\"']?")
_HANDLER = re.compile(r"[A-Za-z_]\w{0,100}(?:\.\w{1,100}){1,10}")
_FLAGS = re.compile(r"(?:--[\w-]+(?:=\S+)?[ \t]+)+")
_SETTINGS = frozenset(
    {"USER", "HEALTHCHECK", "EXPOSE", "WORKDIR", "ENV", "ARG", "LABEL", "COPY", "ADD"}
)


@dataclass(slots=True)
class _Image:
    """What has been seen of the image so far."""

    path: str
    log: CommandLog
    stage: str | None = None
    #: Whether the base image starts functions: its command is the name of one.
    functions: bool = False
    directory: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    stages: set[str] = field(default_factory=set)


def _accepts(file: SourceFile) -> bool:
    return file.kind == "dockerfile" or bool(_NAME.match(file.name))


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    image = _Image(file.path, CommandLog(file.path))
    for line, keyword, text in _instructions(decode(content)):
        if keyword == "FROM":
            yield from _from(image, line, text)
        elif keyword in ("RUN", "CMD", "ENTRYPOINT"):
            found = _run(image, line, text, keyword)
            if keyword != "RUN":
                yield _setting(file.path, line, keyword, text)
            if keyword == "CMD" and image.functions and len(found) == 1:
                target = f"|{found[0].invoked}"
                if _HANDLER.fullmatch(found[0].invoked) and not found[0].arguments:
                    yield UnitLink(file.path, line, "", "handler", target)
            for command in found:
                yield from installed(command, "dockerfile", command.line)
        elif keyword in _SETTINGS:
            yield from _settings(image, line, keyword, text)
    yield from image.log.rows


def _instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield (line, keyword, rest) with continuations and here-documents joined."""
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        start = index
        match = _INSTRUCTION.match(lines[index])
        index += 1
        if match is None or lines[start].lstrip().startswith("#"):
            continue
        parts = [match[2]]
        while parts[-1].rstrip().endswith("\\") and index < len(lines):
            line = lines[index]
            index += 1
            if line.lstrip().startswith("#"):  # a comment between continued lines
                line = "\\"
            parts.append(line)
        while len(parts) > 1 and not parts[-1].strip("\\ \t"):
            parts.pop()
        if match[1].upper() in ("RUN", "COPY", "ADD"):
            for end in _HEREDOC.findall(parts[-1])[:5]:
                while index < len(lines):
                    parts.append(lines[index])
                    index += 1
                    if parts[-1].strip() == end:
                        break
        yield start + 1, match[1].upper(), "\n".join(parts)


def _from(image: _Image, line: int, text: str) -> Iterator[Any]:
    match = _FROM.match(text.strip())
    if match is None:
        return
    name = _expanded(match[1], image.arguments)
    image.stage, image.directory = match[2], ""
    image.functions = "lambda" in name.lower()
    if name.lower() not in image.stages:
        yield image_base(image.path, line, name, "dockerfile", match[2])
    if match[2]:
        image.stages.add(match[2].lower())


def _run(image: _Image, line: int, text: str, keyword: str) -> list[Command]:
    text = _FLAGS.sub("", text, count=1) if text.startswith("--") else text
    stripped = text.replace("\\\n", " ").strip()
    if stripped.startswith("["):
        try:
            words = json.loads(stripped)
        except (ValueError, RecursionError):
            words = None
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            text = " ".join(_quoted(word) for word in words)
    match = re.match(r"[ \t]*<<-?[\"']?(\w+)[\"']?[ \t]*\n", text)
    if match:
        text, line = text[match.end() :].rsplit(match[1], 1)[0], line + 1
    # A secret that is written down must not come back in the text of a command.
    known = {
        name: value
        for name, value in image.arguments.items()
        if masked_setting(name, value) == value
    }
    return image.log.shell(text, line, "", variables=known)


def _quoted(word: str) -> str:
    if re.fullmatch(r"[\w@%+=:,./$-]+", word):
        return word
    return "'" + word.replace("'", "'\\''") + "'"


def _settings(image: _Image, line: int, keyword: str, text: str) -> Iterator[Setting]:
    text = " ".join(text.replace("\\\n", " ").split())
    if keyword == "ARG":
        name, _, value = text.partition("=")
        image.arguments[name.strip()] = value.strip().strip("\"'")[:200]
    if keyword in ("ARG", "ENV", "LABEL"):
        pairs = re.findall(r"([\w.\-]{1,100})=(\"[^\"]*\"|'[^']*'|\S*)", text)
        if not pairs and keyword == "ENV" and " " in text:
            pairs = [tuple(text.split(" ", 1))]
        for name, value in pairs[:100]:
            value = value.strip("\"'")
            if keyword == "ENV" and "$" not in value:
                image.arguments[name] = value[:200]
            value = masked_setting(name, value)
            yield Setting(image.path, line, 0, f"{keyword}.{name}", name, value[:500], "string")
    else:
        yield _setting(image.path, line, keyword, text)


def _setting(path: str, line: int, key: str, text: str) -> Setting:
    value = masked_setting("", " ".join(text.split()))[:500]
    return Setting(path, line, 0, key, key, value, "string")


def _expanded(text: str, arguments: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        known = arguments.get(match[1] or match[3])
        return known or match[2] or match[0]

    return _VARIABLE.sub(value, text)[:300]


READER = FileReader("dockerfile", 2, _accepts, _rows)
