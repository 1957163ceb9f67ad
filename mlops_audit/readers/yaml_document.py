"""YAML as trees with line numbers: strict in what it believes, total in what it accepts.

PyYAML's own construction is not used: it reads the key `on` as a boolean, keeps the last of
duplicate keys without a word, refuses unknown tags and lets aliases multiply. Here libyaml only
splits the text into events; everything else is decided below.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from mlops_audit.readers.tree_node import Node, Scalar, scalar
from mlops_audit.schema import Diagnostic

SIZE_LIMIT = 2_000_000
NODE_LIMIT = 60_000
DEPTH_LIMIT = 100
PROBLEM_LIMIT = 20

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_TEMPLATE = re.compile(r"\{\{[^{}\n]{0,300}\}\}|\{%[^{}\n]{0,300}%\}|\{#[^{}\n]{0,300}#\}")
_TEMPLATE_LINE = re.compile(
    r"^[ \t]*(?:\{%[^\n]{0,400}%\}|\{\{-?[^{}\n]{0,300}-?\}\})[ \t]*$", re.M
)
_SLOT = re.compile(r"zqslot(\d{1,6})qz")
_INTEGER = re.compile(r"[-+]?[0-9]{1,400}\Z")
_BASED = re.compile(r"0(?:o[0-7]{1,100}|x[0-9a-fA-F]{1,100})\Z")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]{1,100}|[0-9]{1,100}(?:\.[0-9]{0,100})?)(?:[eE][-+]?[0-9]{1,10})?\Z"
)
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
#: Characters with which a plain scalar that is a number can start.
_NUMERIC = frozenset("0123456789+-.")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that could not be read as meant."""

    line: int | None
    text: str
    lost: bool


@dataclass(frozen=True, slots=True)
class YamlFile:
    """The documents of a YAML file and what was wrong with it."""

    documents: tuple[Node, ...]
    problems: tuple[Problem, ...]

    def diagnostics(self, path: str, reader: str) -> Iterator[Diagnostic]:
        """Yield the problems as diagnostics."""
        for problem in self.problems:
            yield Diagnostic(path, problem.line, reader, problem.text, problem.lost)


@lru_cache(maxsize=4)
def load_yaml(content: bytes) -> YamlFile:
    """Return the documents of a YAML file; several readers of one file share the work."""
    if len(content) > SIZE_LIMIT:
        text = f"The file is larger than {SIZE_LIMIT:,} bytes and was not read as YAML."
        return YamlFile((), (Problem(None, text, True),))
    text = decode(content)
    composer = _Composer()
    composer.run(text)
    del composer.problems[PROBLEM_LIMIT:]
    if composer.failed is None:
        return YamlFile(tuple(composer.documents), tuple(composer.problems))
    if _TEMPLATE.search(text):
        return _load_template(text)
    problems = [*composer.problems, composer.failed]
    return YamlFile(tuple(composer.documents), tuple(problems))


def decode(content: bytes) -> str:
    """Return the text of a file in any Unicode encoding, with control characters blanked."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        text = content.decode("utf-8-sig", "replace")
    return _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def plain_scalar(text: str) -> Scalar:
    """Resolve an unquoted scalar by the YAML 1.2 core schema."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC:
        return text
    if _INTEGER.match(text):
        return int(text)
    if _BASED.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        return float(text)
    return text


def _load_template(text: str) -> YamlFile:
    """Read a template with its expressions kept as text; what they would become is unknown."""
    slots: list[str] = []

    def keep(match: re.Match[str]) -> str:
        slots.append(match.group())
        return f"zqslot{len(slots) - 1}qz"

    composer = _Composer(slots)
    composer.run(_TEMPLATE.sub(keep, _TEMPLATE_LINE.sub("", text)))
    note = "The file is a template that is no YAML until it is rendered; expressions are unknown."
    problems = [*composer.problems[:PROBLEM_LIMIT], Problem(None, note, True)]
    if composer.failed is not None:
        problems.append(composer.failed)
    return YamlFile(tuple(composer.documents), tuple(problems))


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been seen."""

    mapping: bool
    line: int
    anchor: str | None
    items: list[Node] = field(default_factory=list)
    pairs: dict[str, Node] = field(default_factory=dict)
    merges: list[Node] = field(default_factory=list)
    key: Node | None = None
    weight: int = 1


class _Composer:
    """Builds trees from events, without recursion and within the limits."""

    def __init__(self, slots: list[str] | None = None) -> None:
        self.documents: list[Node] = []
        self.problems: list[Problem] = []
        self.failed: Problem | None = None
        self._slots = slots
        self._anchors: dict[str, Node] = {}
        self._stack: list[_Open] = []
        self._weight = 0

    def run(self, text: str) -> None:
        """Read the whole text; on an error keep what was complete or can be closed."""
        import yaml  # only files in this format pay for it

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            for event in yaml.parse(text, Loader=loader):
                self._take(event)
                if self.failed:
                    break
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            reason = str(getattr(error, "problem", None) or "not valid")[:160]
            line = mark.line + 1 if mark else None
            self.failed = Problem(line, f"The YAML could not be read: {reason}.", True)
        while self._stack:
            self._close()

    def _take(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            self._scalar(event)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            if len(self._stack) >= DEPTH_LIMIT:
                self._fail(event, f"The YAML nests deeper than {DEPTH_LIMIT} levels.")
                return
            line = event.start_mark.line + 1
            self._stack.append(_Open(kind == "MappingStartEvent", line, event.anchor))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._close()
        elif kind == "AliasEvent":
            self._alias(event)
        elif kind == "DocumentStartEvent":
            self._anchors.clear()

    def _scalar(self, event: Any) -> None:
        line = event.start_mark.line + 1
        text = self._restore(event.value)
        value: Scalar = plain_scalar(text) if event.implicit[0] and not event.style else text
        block = event.style in ("|", ">")
        node = scalar(value, text, line, line + 1 if block else line)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._put(node)

    def _restore(self, text: str) -> str:
        slots = self._slots
        if slots is None or "zqslot" not in text:
            return text

        def slot(match: re.Match[str]) -> str:
            index = int(match.group(1))
            return slots[index] if index < len(slots) else match.group()

        return _SLOT.sub(slot, text)

    def _alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        node = self._anchors.get(event.anchor)
        if node is None:
            self.problems.append(Problem(line, "An alias names no anchor before it.", True))
            node = scalar(None, "", line)
        elif self._weight + node.weight > NODE_LIMIT:
            self.problems.append(Problem(line, "Aliases repeat more than can be read.", True))
            node = scalar(None, "", line)
        self._put(replace(node, line=line))

    def _put(self, node: Node) -> None:
        """Give a complete node to the collection that is open, or to the file."""
        self._weight += node.weight
        if self._weight > NODE_LIMIT and self.failed is None:
            text = f"The YAML holds more than {NODE_LIMIT:,} values; the rest was not read."
            self.failed = Problem(node.line, text, True)
        if not self._stack:
            self.documents.append(node)
            return
        top = self._stack[-1]
        top.weight += node.weight
        if not top.mapping:
            top.items.append(node)
        elif top.key is None:
            top.key = node
        else:
            key, top.key = top.key, None
            self._pair(top, key, node)

    def _pair(self, top: _Open, key: Node, node: Node) -> None:
        name = key.text if key.kind == "scalar" else str(key.plain(3))[:200]
        if name == "<<" and key.value != "":
            top.merges.extend(item for item in node.items() if item.is_mapping)
        elif name in top.pairs:
            text = f"The key {name[:60]!r} stands twice; the first one was read."
            self.problems.append(Problem(key.line, text, False))
        else:
            top.pairs[name] = replace(node, line=key.line)

    def _close(self) -> None:
        top = self._stack.pop()
        if top.key is not None:  # a key at which the text broke off
            key, top.key = top.key, None
            self._pair(top, key, scalar(None, "", key.line))
        for merge in top.merges:
            for name, child in merge.pairs:
                top.pairs.setdefault(name, child)
        node = Node(
            kind="mapping" if top.mapping else "sequence",
            line=top.line,
            start=top.line,
            pairs=tuple(top.pairs.items()),
            children=tuple(top.items),
            weight=top.weight,
        )
        self._weight -= top.weight - 1  # counted again as a whole by _put
        if top.anchor:
            self._anchors[top.anchor] = node
        self._put(node)

    def _fail(self, event: Any, text: str) -> None:
        self.failed = Problem(event.start_mark.line + 1, text, True)
