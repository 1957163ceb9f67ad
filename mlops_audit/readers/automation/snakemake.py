"""Snakefiles: rules, what they read and write, and what they run; read as text, never run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mlops_audit.readers.automation.common import VALUE_LIMIT, CommandLog, FileReader
from mlops_audit.readers.yaml_document import decode
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import PipelineStage, StageItem, UnitLink

RULE_LIMIT = 1_000
_RULE = re.compile(
    r"(?P<kind>rule|checkpoint|module|subworkflow)\s{1,5}(?P<name>\w{1,100})\s{0,5}:"
)
_INCLUDE = re.compile(r"include\s{0,5}:\s{0,5}['\"]([^'\"\n]{1,300})['\"]")
_DIRECTIVE = re.compile(r"\s{1,80}(?P<name>[a-z_]{2,30})\s{0,5}:(?P<rest>.*)")
_TEXT = re.compile(
    r'"""(.{0,20000}?)"""|\'\'\'(.{0,20000}?)\'\'\'|"([^"\n]{0,2000})"|\'([^\'\n]{0,2000})\'', re.S
)
_SCRIPTS = ("script", "notebook")


@dataclass(slots=True)
class _Rule:
    """One rule and the text below each of its directives."""

    name: str
    line: int
    parts: dict[str, tuple[int, list[str]]] = field(default_factory=dict)

    def texts(self, directive: str) -> list[str]:
        """Return the strings of a directive."""
        _, lines = self.parts.get(directive, (0, []))
        found = _TEXT.findall("\n".join(lines)[:40_000])
        return ["".join(groups) for groups in found[:200]]


def _accepts(file: SourceFile) -> bool:
    return file.name == "Snakefile" or file.suffix == ".smk"


def _rows(file: SourceFile, content: bytes) -> Iterator[Any]:
    path, log = file.path, CommandLog(file.path)
    text = decode(content)
    for included in _INCLUDE.findall(text)[:RULE_LIMIT]:
        yield UnitLink(path, None, "", "file", included[:VALUE_LIMIT])
    rules = list(_rules(text))[:RULE_LIMIT]
    makers = {out: rule.name for rule in rules for out in rule.texts("output")}
    for rule in rules:
        yield PipelineStage(path, rule.line, "snakemake", "", rule.name, "stage", False)
        for directive, kind in (("input", "dep"), ("output", "out"), ("params", "param")):
            for value in rule.texts(directive):
                yield StageItem(path, rule.line, rule.name, kind, value[:VALUE_LIMIT])
        for needed in dict.fromkeys(makers.get(value) for value in rule.texts("input")):
            if needed is not None and needed != rule.name:
                yield StageItem(path, rule.line, rule.name, "needs", needed)
        scope = f"stage:{rule.name}"
        for directive in _SCRIPTS:
            for script in rule.texts(directive)[:1]:
                yield UnitLink(path, rule.line, scope, "file", script[:VALUE_LIMIT])
        line, _ = rule.parts.get("shell", (rule.line, []))
        # Strings that stand one after the other are one text; braces hold values of the rule.
        if command := "".join(rule.texts("shell")):
            log.shell(command, line, scope)
    yield from log.rows


def _rules(text: str) -> Iterator[_Rule]:
    rule: _Rule | None = None
    lines: list[str] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        plain = line.split("#", 1)[0] if line.lstrip().startswith("#") else line
        if match := _RULE.match(plain):
            if rule is not None:
                yield rule
            rule, lines = _Rule(match["name"], number), None
        elif plain.strip() and not plain[0].isspace():
            if rule is not None:
                yield rule
            rule, lines = None, None
        elif rule is not None and (found := _DIRECTIVE.fullmatch(plain)) and _opens(found["rest"]):
            lines = [found["rest"]]
            rule.parts.setdefault(found["name"], (number, lines))
        elif lines is not None:
            lines.append(plain)
    if rule is not None:
        yield rule


def _opens(rest: str) -> bool:
    """Tell whether a directive's value starts on its line or the next."""
    return (
        not rest.strip()
        or rest.strip()[0] in "\"'[(frl"
        or "=" in rest
        or rest.strip()[0].isalnum()
    )


READER = FileReader("snakemake", 1, _accepts, _rows)
