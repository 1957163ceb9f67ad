"""Languages of nested blocks, read line by line into settings.

No expression is evaluated: a value is kept as it is written. A line that cannot be understood only
moves the nesting, so that one strange expression does not lose the rest of the file.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mlops_audit.readers.masking import masked_setting
from mlops_audit.readers.yaml_document import decode
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Diagnostic, Setting

SIZE_LIMIT = 1_000_000
SETTING_LIMIT = 2_000
LINE_LIMIT = 2_000
DEPTH_LIMIT = 40
VALUE_LIMIT = 500

_PAIRS = {"{": 1, "[": 1, "(": 1, "}": -1, "]": -1, ")": -1}
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?\Z")


class Header(NamedTuple):
    """The first line of a block: where it stands, what it is, and what follows on the line."""

    key: str
    value: str
    rest: str


class _Found(NamedTuple):
    line: int
    key: str
    name: str
    value: str
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Language:
    """How a language writes blocks, attributes, comments and strings.

    ``header`` recognises the line that opens a block that has a type of its own, ``section`` one
    that only nests, ``attribute`` has the groups `name` and `value`; ``quote`` is the string
    delimiter; ``heredoc`` yields what ends a text over several lines, and ``fence`` is such a
    delimiter that ends itself.
    """

    name: str
    header: Callable[[str], Header | None]
    section: re.Pattern[str]
    attribute: re.Pattern[str]
    quote: str
    comments: tuple[str, ...]
    heredoc: re.Pattern[str] | None = None
    fence: str | None = None


@dataclass(slots=True)
class _State:
    path: list[str] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    comment: bool = False
    until: str | None = None

    def key(self, name: str = "") -> str:
        return ".".join(part for part in (*self.path, name) if part)[:VALUE_LIMIT]

    def open(self, name: str, count: int) -> None:
        for index in range(count):
            self.path.append(name if index == 0 else "")
            self.items.append(0)

    def close(self, count: int) -> None:
        for _ in range(min(count, len(self.path))):
            self.path.pop()
            self.items.pop()


def settings(file: SourceFile, content: bytes, language: Language) -> Iterator[Any]:
    """Yield a row for each block that has a type and for each attribute with a value."""
    if len(content) > SIZE_LIMIT:
        problem = f"The file is larger than {SIZE_LIMIT:,} bytes and was not read."
        yield Diagnostic(file.path, None, language.name, problem, True)
        return
    for count, one in enumerate(_read(decode(content), language)):
        if count == SETTING_LIMIT:
            problem = f"Only the first {SETTING_LIMIT:,} settings were kept."
            yield Diagnostic(file.path, one.line, language.name, problem, False)
            return
        text, kind = _scalar(one.value, language.quote)
        # The default of a variable is as secret as the variable's own name says.
        name = one.key if one.key.startswith("variable.") else one.name
        text = text if one.typed else masked_setting(name, text[: 4 * VALUE_LIMIT])
        yield Setting(
            file.path, one.line, 0, one.key, one.name[:VALUE_LIMIT], text[:VALUE_LIMIT], kind
        )


def _read(text: str, language: Language) -> Iterator[_Found]:
    state = _State()
    for line, raw in enumerate(text.split("\n"), 1):
        if state.until is not None:
            if raw.strip() == state.until or (language.fence == state.until and state.until in raw):
                state.until = None
            continue
        code = _code(raw[:LINE_LIMIT], state, language).strip()
        if code:
            yield from _line(line, code, state, language)


def _line(line: int, code: str, state: _State, language: Language) -> Iterator[_Found]:
    while code and code[0] in "}])":
        state.close(1)
        code = code[1:].lstrip(" \t,;")
    if not code:
        return
    name, rest, scalar = "", code, False
    header = language.header(code)
    if header is not None:
        name, rest = header.key, header.rest
        yield _Found(line, state.key(name), name.rpartition(".")[2], header.value, True)
    elif match := language.section.match(code):
        name, rest = ".".join(match["name"].replace('"', " ").split()), "{" + code[match.end() :]
    elif match := language.attribute.match(code):
        name, rest, scalar = match["name"].strip("\"'"), match["value"].rstrip(", \t"), True
    elif state.path and code[0] == language.quote:
        # An item of a list over several lines.
        name, scalar = f"[{state.items[-1]}]", True
        rest = code.rstrip(", \t")
        state.items[-1] += 1
    balance = _balance(rest, language)
    if scalar and balance <= 0:
        key = state.key(name) if not name.startswith("[") else state.key() + name
        yield _Found(line, key, name, rest)
    if language.heredoc is not None and (match := language.heredoc.search(rest)):
        state.until = match[1]
    if language.fence is not None and rest.count(language.fence) % 2:
        state.until = language.fence
    if balance > 0 and len(state.path) + balance <= DEPTH_LIMIT:
        state.open(name, balance)
    elif balance < 0:
        state.close(-balance)


def _code(raw: str, state: _State, language: Language) -> str:
    """Return a line without its comments."""
    kept: list[str] = []
    index, quoted = 0, False
    while index < len(raw):
        if state.comment:
            end = raw.find("*/", index)
            if end < 0:
                break
            state.comment, index = False, end + 2
            continue
        char = raw[index]
        if quoted:
            if char == "\\":
                kept.append(raw[index : index + 2])
                index += 2
                continue
            quoted = char != language.quote
        elif char == language.quote:
            quoted = True
        elif raw.startswith("/*", index):
            state.comment, index = True, index + 2
            continue
        elif raw.startswith(language.comments, index):
            break
        kept.append(char)
        index += 1
    return "".join(kept)


def _balance(code: str, language: Language) -> int:
    """Return how many more brackets are opened than closed outside strings."""
    balance, quoted, escaped = 0, False, False
    for char in code:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == language.quote:
            quoted = not quoted
        elif not quoted:
            balance += _PAIRS.get(char, 0)
    return balance


def _scalar(value: str, quote: str) -> tuple[str, str]:
    """Return a value without its quotes, and its kind."""
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] == quote and quote not in value[1:-1]:
        return value[1:-1], "string"
    if value in ("true", "false"):
        return value, "bool"
    if value == "null":
        return value, "null"
    if value in ("{}", "[]"):
        return value, "empty"
    return value, "number" if _NUMBER.match(value) else "string"
