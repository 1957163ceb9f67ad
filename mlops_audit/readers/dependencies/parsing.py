"""Bounded, total parsing of hostile text: what the readers of manifests and run logs share."""

import json
import re
import tomllib
from bisect import bisect_right
from typing import Any

#: Characters of a structured file that are parsed; larger files are given up on.
TEXT_LIMIT = 8_000_000

#: Nesting of a YAML document.
DEPTH_LIMIT = 200

_DEEP_BLOCK = re.compile(r"^[ ?:-]{400}", re.MULTILINE)
_TOKEN = re.compile(r"[A-Za-z0-9_.\-]+")


class BadInputError(ValueError):
    """A file that does not hold what its name promises; the message is one sentence."""


def decode(content: bytes) -> str:
    """Return the text of a file; undecodable bytes become replacement characters."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")


def load_yaml(text: str) -> Any:
    """Return the first YAML document with every scalar as a string.

    The base loader knows no types, tags or merge keys: `3.10` stays `3.10`, an unknown tag costs
    nothing, and aliases share one object, so that an alias bomb stays small.
    """
    import yaml  # only files in this format pay for it

    _check(text)
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        _check_depth(text, loader)
        for document in yaml.load_all(text, Loader=loader):
            return document
    except BadInputError:
        raise
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        raise BadInputError(f"This is not valid YAML{where}.") from None
    return None


def load_json(text: str) -> Any:
    """Return a JSON document."""
    _check(text)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInputError(f"This is not valid JSON in line {error.lineno}.") from None
    except (ValueError, RecursionError):
        raise BadInputError("This is not valid JSON.") from None


def load_toml(text: str) -> dict[str, Any]:
    """Return a TOML document."""
    _check(text)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        line = re.search(r"at line (\d{1,9})", str(error)[:2_000])
        where = f" in line {line[1]}" if line else ""
        raise BadInputError(f"This is not valid TOML{where}.") from None


def mapping(value: object) -> dict[str, Any]:
    """Return the value if it is a mapping, else an empty one; keys that are no strings go."""
    if not isinstance(value, dict):
        return {}
    return {key: item for key, item in value.items() if isinstance(key, str)}


def sequence(value: object) -> list[Any]:
    """Return the value if it is a list, else an empty one."""
    return list(value) if isinstance(value, list | tuple) else []


def scalar(value: object, limit: int = 500) -> str:
    """Return a scalar as text and anything else as an empty string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value[:limit]
    if isinstance(value, int):
        # Python refuses to print integers of more than 4,300 digits.
        return str(value)[:limit] if abs(value) < 10**100 else ""
    if isinstance(value, float):
        return repr(value)
    return ""


def at(value: object, *keys: str) -> Any:
    """Return what lies under nested keys, or None."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


class Locator:
    """Finds the line of a token in a text without a parser that keeps positions."""

    def __init__(self, text: str) -> None:
        self._lines = text[:TEXT_LIMIT].splitlines()
        self._index: dict[str, list[int]] | None = None

    def line(self, token: str, after: int = 0) -> int | None:
        """Return the first line behind line `after` that holds the token as a whole word."""
        if self._index is None:
            self._index = {}
            for number, line in enumerate(self._lines, 1):
                for found in _TOKEN.findall(line[:2_000].lower()):
                    self._index.setdefault(found, []).append(number)
        words = _TOKEN.findall(token.lower())
        numbers = self._index.get(words[-1], []) if words else []
        position = bisect_right(numbers, after)
        return numbers[position] if position < len(numbers) else None

    def starting(self, *prefixes: str) -> int:
        """Return the first line that starts with one of the prefixes, 0 if there is none."""
        for number, line in enumerate(self._lines, 1):
            if line.lstrip().startswith(prefixes):
                return number
        return 0


def _check_depth(text: str, loader: Any) -> None:
    # libyaml's composer recurses on the C stack: 100,000 brackets end the process. Its event
    # parser does not, so suspicious texts are walked as events first.
    if text.count("[") + text.count("{") < DEPTH_LIMIT and not _DEEP_BLOCK.search(text):
        return
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEPTH_LIMIT:
                raise BadInputError("It is nested too deeply.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _check(text: str) -> None:
    if len(text) > TEXT_LIMIT:
        raise BadInputError(f"It is longer than {TEXT_LIMIT:,} characters.")
