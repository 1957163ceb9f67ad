"""tox: environments and their commands, in tox.ini, setup.cfg or pyproject.toml."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.automation.common import CommandLog, FileReader, flat, folder
from mlops_audit.readers.toml_document import load_ini, load_toml
from mlops_audit.readers.tree_node import Node
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Task

_ENVIRONMENT_LIMIT = 50
_SECTION = re.compile(r"(?:tox:)?testenv(?::(?P<names>.{1,200}))?\Z")
_FACTOR = re.compile(r"[a-zA-Z0-9_.!{},-]{1,100}:\s+")
_BRACES = re.compile(r"\{([^{}]{0,200})\}")


def _accepts(file: SourceFile) -> bool:
    return file.name.lower() in ("tox.ini", "tox.toml", "setup.cfg", "pyproject.toml")


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    log = CommandLog(file.path)
    if file.suffix == ".toml":
        root = load_toml(content)[0]
        tox = root if file.name.lower() == "tox.toml" else root.get("tool", "tox")
        if legacy := tox.get("legacy_tox_ini"):
            yield from _ini(file.path, load_ini(legacy.text.encode()), log, legacy.start)
        else:
            yield from _toml(file.path, tox, log)
    else:
        root = load_ini(content)
        if file.name.lower() == "tox.ini" or any(name.startswith("tox:") for name in root.keys):
            yield from _ini(file.path, root, log, None)
    yield from log.rows


def _ini(path: str, root: Node, log: CommandLog, line: int | None) -> Iterator[Task]:
    named: set[str] = set()
    general: Node | None = None
    for section, settings in root.pairs:
        match = _SECTION.fullmatch(section)
        if match is None:
            continue
        if match["names"] is None:
            general = settings
            continue
        for name in _names(match["names"]):
            named.add(name)
            yield from _task(path, name, settings.get("commands"), log, line)
    if general is not None:
        core = root.get("tox") if root.has("tox") else root.get("tox:tox")
        listed = _names(core.first("envlist", "env_list").text)
        rest = [name for name in listed if name not in named]
        for name in rest or ["testenv"]:
            yield from _task(path, name, general.get("commands"), log, line)


def _toml(path: str, tox: Node, log: CommandLog) -> Iterator[Task]:
    environments = list(tox.get("env").pairs)
    if base := tox.get("env_run_base"):
        known = {name for name, _ in environments}
        listed = [name for name in tox.get("env_list").texts() if name not in known]
        environments += [(name, base) for name in listed or ["testenv"]]
    for name, settings in environments[:_ENVIRONMENT_LIMIT]:
        yield Task(path, settings.line, "tox", name, "")
        for command in settings.get("commands").items():
            # A command is a list of words.
            text = " ".join(command.texts()) if command.is_sequence else command.text
            log.shell(text, command.start, f"task:{name}", directory=folder(path))


def _task(
    path: str, name: str, commands: Node, log: CommandLog, line: int | None
) -> Iterator[Task]:
    yield Task(path, line or commands.line, "tox", name, "")
    for item in flat(commands):
        text = item.text.replace("{posargs}", "").replace("{toxinidir}", ".")
        for number, part in enumerate(text.replace("\\\n", " ").split("\n")):
            plain = _FACTOR.sub("", part, count=1) if _FACTOR.match(part) else part
            tolerated = plain.lstrip().startswith("-")
            plain = re.sub(r"\{posargs:([^{}]*)\}", r"\1", plain.lstrip(" -"))
            if plain.strip():
                at = line or (item.start or 0) + number
                log.shell(plain, at, f"task:{name}", tolerated=tolerated, directory=folder(path))


def _names(text: str) -> list[str]:
    """Return the environments of a list such as `py{310,311}, lint`."""
    found: list[str] = []
    # Commas inside braces separate alternatives, the others environments.
    depth, part = 0, ""
    for character in f"{text},":
        depth += (character == "{") - (character == "}")
        if character in ",\n" and depth <= 0:
            found += _alternatives(part.strip())
            part = ""
        else:
            part += character
    return list(dict.fromkeys(name for name in found if name))[:_ENVIRONMENT_LIMIT]


def _alternatives(text: str) -> list[str]:
    names = [text]
    for _ in range(6):
        expanded: list[str] = []
        for name in names:
            match = _BRACES.search(name)
            if match is None:
                expanded.append(name)
                continue
            for choice in match[1].split(","):
                expanded.append(name[: match.start()] + choice.strip() + name[match.end() :])
        if expanded == names:
            break
        names = expanded[: 4 * _ENVIRONMENT_LIMIT]
    return [name for name in names if "{" not in name]


READER = FileReader("tox", 1, _accepts, _rows)
