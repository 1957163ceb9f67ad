"""Makefiles: targets, prerequisites and recipe lines with the variables that are known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mlops_audit.readers.automation.common import CommandLog, FileReader, folder
from mlops_audit.readers.yaml_document import decode
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Setting, Task

TARGET_LIMIT = 1_000
EXPANSION_LIMIT = 2_000

_NAMES = frozenset({"makefile", "gnumakefile"})
_VARIABLE = re.compile(
    r"(?:export[ \t]+|override[ \t]+)*([A-Za-z_][\w.\-]{0,100})"
    r"[ \t]*(::?:?=|\?=|\+=|!=|=)[ \t]*(.*)"
)
_RULE = re.compile(r"([^\s:=#][^:=#\n]{0,1000}?)[ \t]*::?(?![=])[ \t]*([^\n]*)")
_REFERENCE = re.compile(r"\$[({]([A-Za-z_][\w.\-]{0,100})[)}]")
_DIRECTIVES = (
    "ifeq",
    "ifneq",
    "ifdef",
    "ifndef",
    "else",
    "endif",
    "include",
    "-include",
    "sinclude",
)


@dataclass(slots=True)
class _Target:
    names: list[str]
    line: int
    needs: list[str]
    recipe: list[tuple[int, str]] = field(default_factory=list)


def _accepts(file: SourceFile) -> bool:
    return file.name.lower() in _NAMES or file.suffix in (".mk", ".mak")


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    targets, variables, lines = _parse(decode(content))
    for name, value in list(variables.items())[:TARGET_LIMIT]:
        yield Setting(
            file.path, lines[name], 0, name, name, value[:500], "string" if value else "empty"
        )
    known = {name for target in targets for name in target.names}
    log = CommandLog(file.path)
    for target in targets[:TARGET_LIMIT]:
        for name in target.names:
            needs = " ".join(need for need in target.needs if need in known)
            yield Task(file.path, target.line, "make", name, needs)
            for line, recipe in target.recipe:
                _recipe(log, file.path, name, line, recipe, target, variables)
    yield from log.rows


def _recipe(
    log: CommandLog,
    path: str,
    name: str,
    line: int,
    recipe: str,
    target: _Target,
    variables: dict[str, str],
) -> None:
    text = recipe.lstrip(" \t")
    tolerated = "-" in text[: len(text) - len(text.lstrip("@-+ \t"))]
    text = text.lstrip("@-+ \t")
    text = text.replace("$@", name).replace("$<", target.needs[0] if target.needs else "$<")
    text = _expanded(text, variables).replace("$(MAKE)", "make").replace("${MAKE}", "make")
    # The folder of the Makefile is where its recipes run.
    text = text.replace("$(CURDIR)/", "./").replace("${CURDIR}/", "./")
    log.shell(
        text.replace("$$", "$"),
        line,
        f"task:{name}",
        tolerated=tolerated,
        directory=folder(path),
        macros=True,
    )


def _expanded(text: str, variables: dict[str, str]) -> str:
    """Put in known variables, a few levels deep and within a size."""
    for _ in range(5):
        if "$" not in text or len(text) > EXPANSION_LIMIT * 2:
            break
        changed = _REFERENCE.sub(lambda match: variables.get(match[1], match[0]), text)
        if changed == text or len(changed) > EXPANSION_LIMIT * 5:
            break
        text = changed
    return text


def _parse(text: str) -> tuple[list[_Target], dict[str, str], dict[str, int]]:
    targets: list[_Target] = []
    variables: dict[str, str] = {}
    lines: dict[str, int] = {}
    current: _Target | None = None
    in_define = False
    for number, line in _logical_lines(text):
        stripped = line.strip()
        if in_define:
            in_define = stripped != "endef"
        elif stripped.startswith("define "):
            in_define = True
        elif line.startswith("\t") and current is not None:
            if stripped and not stripped.startswith("#"):
                current.recipe.append((number, line[1:]))
        elif not stripped or stripped.startswith("#") or stripped.startswith(_DIRECTIVES):
            continue
        elif match := _VARIABLE.match(stripped):
            current = None
            _assign(variables, lines, match, number)
        elif match := _RULE.match(stripped):
            current = _rule(match, number, variables)
            if current is not None:
                targets.append(current)
    return targets, variables, lines


def _assign(
    variables: dict[str, str], lines: dict[str, int], match: re.Match[str], number: int
) -> None:
    name, operator = match[1], match[2]
    value = match[3].split(" #", 1)[0].strip()[:EXPANSION_LIMIT]
    if operator == "!=":
        return
    if operator == "+=":
        value = f"{variables.get(name, '')} {value}".strip()[:EXPANSION_LIMIT]
    if operator == "?=" and name in variables:
        return
    variables[name] = value
    lines.setdefault(name, number)


def _rule(match: re.Match[str], number: int, variables: dict[str, str]) -> _Target | None:
    names = _expanded(match[1], variables).split()[:20]
    if not names or names[0].startswith("."):
        return None  # .PHONY and the other special targets build nothing
    rest, _, recipe = match[2].partition(";")
    if re.match(r"[\w.\-]+[ \t]*[:?+]?=", rest):
        return None  # a variable of the target
    rest = rest.split("#", 1)[0]  # the description that self-documenting files print
    needs = [need for need in _expanded(rest, variables).split() if need != "|"]
    target = _Target(names, number, needs[:200])
    if recipe.strip():
        target.recipe.append((number, recipe.strip()))
    return target


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines with their continuations; a recipe keeps its line breaks."""
    start, parts = 0, []
    for number, line in enumerate(text.split("\n"), 1):
        start = start or number
        parts.append(line)
        if line.endswith("\\") and len(parts) < 500:
            continue
        if parts[0].startswith("\t"):
            yield start, "\n".join(parts)
        else:
            yield start, " ".join(part.removesuffix("\\").strip(" ") for part in parts)
        start, parts = 0, []


READER = FileReader("makefile", 2, _accepts, _rows)
