"""YAML without surprises, for the files of the rulebook.

libyaml reads the events; composing is ours, because PyYAML keeps the last of duplicate keys, reads
``on`` as true and follows anchors. Every complaint names the file, the line and the mend.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml

from mlops_audit.errors import RulebookError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_BYTES = 1_000_000
_MAX_DEPTH = 40
_BOOLEAN_11 = re.compile(r"(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)\Z")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?\Z")
_NULLS = ("", "~", "null", "Null", "NULL")
_BOOLEANS = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


class Mapping(dict[str, Any]):
    """A mapping that remembers on which line it and each of its keys stand."""

    def __init__(self, line: int) -> None:
        """Start an empty mapping."""
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Sequence(list[Any]):
    """A sequence that remembers on which line it and each of its items stand."""

    def __init__(self, line: int) -> None:
        """Start an empty sequence."""
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def refusal(
    path: Path | str, problem: str, *, line: int | None = None, fix: str = ""
) -> RulebookError:
    """Return the error of a wrong file: what is wrong, a full stop, the mend."""
    return RulebookError(path, f"{problem.rstrip('.')}.", line=line, fix=fix)


def read_text(path: Path) -> str:
    """Return the text of a rulebook file.

    Raises:
        RulebookError: it cannot be read, is too large or not UTF-8.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise refusal(path, "the file is larger than 1 MB", fix="Split it.")
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise refusal(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise refusal(path, "is not UTF-8 text", fix="Save it as UTF-8.") from error


def load_documents(
    path: Path, text: str, *, literal_keys: Collection[str] = ()
) -> Iterator[tuple[Any, int]]:
    """Yield each document with its first line; a later one is not parsed before it is asked for.

    ``literal_keys`` are keys whose value must not be folded (SQL: folding eats ``--`` comments).

    Raises:
        RulebookError: not YAML, or YAML that this loader refuses.
    """
    composer = _Composer(path, text, frozenset(literal_keys))
    try:
        yield from composer.documents()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = f"is not YAML: {error.problem or error.context}"
        raise refusal(path, problem, line=mark.line + 1 if mark else None) from error
    except yaml.YAMLError as error:
        raise refusal(path, f"is not YAML: {error}") from error


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


class _Composer:
    def __init__(self, path: Path, text: str, literal_keys: frozenset[str]) -> None:
        self._path = path
        self._literal_keys = literal_keys
        self._events = yaml.parse(text, Loader=_LOADER)

    def documents(self) -> Iterator[tuple[Any, int]]:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                first = next(self._events)
                yield self._node(first, 0, None), _line(first)

    def _refuse(self, event: Any, problem: str, fix: str) -> RulebookError:
        return refusal(self._path, problem, line=_line(event), fix=fix)

    def _node(self, event: Any, depth: int, key: str | None) -> Any:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._refuse(event, "anchors and aliases are refused", "Write the value out.")
        if event.tag is not None:
            raise self._refuse(event, f"the tag {event.tag!r} is refused", "Remove it.")
        if depth > _MAX_DEPTH:
            raise self._refuse(event, "is nested too deeply", "Flatten it.")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, key)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _sequence(self, event: Any, depth: int) -> Sequence:
        found = Sequence(_line(event))
        for item in self._events:
            if isinstance(item, yaml.SequenceEndEvent):
                break
            found.lines.append(_line(item))
            found.append(self._node(item, depth + 1, None))
        return found

    def _mapping(self, event: Any, depth: int) -> Mapping:
        found = Mapping(_line(event))
        for item in self._events:
            if isinstance(item, yaml.MappingEndEvent):
                break
            if not isinstance(item, yaml.ScalarEvent) or item.anchor or item.tag:
                raise self._refuse(item, "a key must be plain text", "Write it as text.")
            key = item.value
            if item.implicit[0] and _BOOLEAN_11.match(key):
                raise self._refuse(item, f"the key {key} is a boolean in YAML 1.1", "Quote it.")
            if item.implicit[0] and key == "<<":
                raise self._refuse(item, "merge keys are refused", "Write the values out.")
            if key in found:
                earlier = f"the key {key!r} stands twice (also on line {found.lines[key]})"
                raise self._refuse(item, earlier, "Keep one of them.")
            found.lines[key] = _line(item)
            found[key] = self._node(next(self._events), depth + 1, key)
        return found

    def _scalar(self, event: Any, key: str | None) -> Any:
        value: str = event.value
        if event.style == ">" and key in self._literal_keys:
            problem = f"`{key}: >` folds lines, so that an SQL comment would swallow the rest"
            raise self._refuse(event, problem, f"Write `{key}: |`.")
        if not event.implicit[0]:  # quoted or block text
            return value
        if _BOOLEAN_11.match(value):
            problem = f"{value} is a boolean in YAML 1.1 and text in YAML 1.2"
            raise self._refuse(event, problem, "Write true or false, or quote it.")
        if value in _NULLS:
            return None
        if value in _BOOLEANS:
            return _BOOLEANS[value]
        if _INTEGER.match(value) and len(value) < 19:
            return int(value)
        if _FLOAT.match(value):
            return float(value)
        return value
