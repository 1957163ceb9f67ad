"""TOML and INI as trees with line numbers."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from mlops_audit.readers.tree_node import MISSING, Node, from_plain, scalar
from mlops_audit.readers.yaml_document import decode, plain_scalar

SIZE_LIMIT = 1_000_000

_TABLE = re.compile(r"[ \t]*(\[\[?)([^\[\]\n]{1,300})\]\]?[ \t]*(?:#.*)?$")
_PAIR = re.compile(r"""[ \t]*((?:[A-Za-z0-9_.\- \t]|"[^"\n]*"|'[^'\n]*'){1,300}?)[ \t]*=""")
_PART = re.compile(r"""[A-Za-z0-9_\-]+|"[^"\n]*"|'[^'\n]*'""")
_INI_SECTION = re.compile(r"\[([^\]\n]{1,300})\]")
_INI_PAIR = re.compile(r"([^=:\n]{1,300}?)[ \t]*[=:][ \t]*(.*)")


@lru_cache(maxsize=2)
def load_toml(content: bytes) -> tuple[Node, str]:
    """Return the tree of a TOML file and, if it cannot be read, why."""
    if len(content) > SIZE_LIMIT:
        return MISSING, f"The file is larger than {SIZE_LIMIT:,} bytes and was not read as TOML."
    text = decode(content)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return MISSING, f"The TOML could not be read: {str(error)[:160]}."
    lines = _toml_lines(text)
    return _with_lines(values, "", lines, None), ""


def load_ini(content: bytes) -> Node:
    """Return an INI file as a mapping of sections; unreadable lines are skipped."""
    sections: dict[str, dict[str, list[tuple[int, str]]]] = {}
    heads: dict[str, int] = {}
    section, key = "", ""
    for number, line in enumerate(decode(content[:SIZE_LIMIT]).split("\n"), 1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        if line[0] in " \t" and key:
            sections[section][key].append((number, stripped))
        elif match := _INI_SECTION.match(stripped):
            section, key = match.group(1).strip().strip("'"), ""
            sections.setdefault(section, {})
            heads.setdefault(section, number)
        elif match := _INI_PAIR.match(stripped):
            key = match.group(1).strip()
            entry = sections.setdefault(section, {}).setdefault(key, [])
            entry.append((number, match.group(2).strip()))
    pairs = []
    for name, values in sections.items():
        children = tuple((key, _ini_value(found)) for key, found in values.items())
        weight = 1 + len(children)
        at = heads.get(name)
        pairs.append((name, Node(kind="mapping", line=at, start=at, pairs=children, weight=weight)))
    return Node(kind="mapping", line=1, start=1, pairs=tuple(pairs), weight=1 + len(pairs))


def _ini_value(found: list[tuple[int, str]]) -> Node:
    line, first = found[0]
    text = "\n".join(part for _, part in found if part)
    start = line if first or len(found) == 1 else found[1][0]
    return scalar(plain_scalar(text) if text else "", text, line, start)


def _with_lines(value: object, key: str, lines: Mapping[str, int], line: int | None) -> Node:
    """Return the tree of TOML values; what has no line of its own has that of its parent."""
    line = lines.get(key, line)
    if isinstance(value, dict):
        pairs = tuple(
            (name, _with_lines(child, f"{key}.{name}" if key else name, lines, line))
            for name, child in value.items()
        )
        weight = 1 + sum(child.weight for _, child in pairs)
        return Node(kind="mapping", line=line, start=line, pairs=pairs, weight=weight)
    if isinstance(value, list):
        children = tuple(
            _with_lines(child, f"{key}[{index}]", lines, line) for index, child in enumerate(value)
        )
        weight = 1 + sum(child.weight for child in children)
        return Node(kind="sequence", line=line, start=line, children=children, weight=weight)
    return replace(from_plain(value), line=line, start=line)


def _toml_lines(text: str) -> dict[str, int]:
    """Find the line of each key by looking at how lines start."""
    lines: dict[str, int] = {}
    table = ""
    counts: dict[str, int] = {}
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        if fence:
            if fence in line:
                fence = ""
            continue
        if match := _TABLE.match(line):
            table = _dotted(match.group(2))
            if match.group(1) == "[[":
                index = counts.get(table, 0)
                counts[table] = index + 1
                lines.setdefault(table, number)
                table = f"{table}[{index}]"
            lines.setdefault(table, number)
        elif match := _PAIR.match(line):
            name = _dotted(match.group(1))
            lines.setdefault(f"{table}.{name}" if table else name, number)
            for quote in ('"""', "'''"):
                if line.count(quote) % 2:
                    fence = quote
    return lines


def _dotted(name: str) -> str:
    return ".".join(part.strip("\"'") for part in _PART.findall(name))
