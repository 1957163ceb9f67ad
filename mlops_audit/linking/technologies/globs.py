"""Globs of technology files, compiled to regular expressions that cannot backtrack badly.

Dotted names: ``*`` stands for exactly one part (or a piece of one), ``**`` for one or more parts,
``{a,b}`` is an alternative.
Paths: ``*`` and ``?`` stay inside a segment, ``**`` crosses segments, ``{a,b}`` is an alternative.
Text (arguments, values, receivers): ``*`` and ``?`` match anything, ``|`` separates alternatives,
a leading ``!`` negates the whole.
"""

import re
from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=8192)
def dotted_pattern(glob: str) -> re.Pattern[str]:
    """Compile a glob over a dotted name."""
    parts = []
    for part in glob.split("."):
        if part == "**":
            parts.append(r"[^.]+(?:\.[^.]+)*")
        else:
            pieces = (re.escape(piece) for piece in re.split(r"\*+", part))
            parts.append("[^.]+" if part == "*" else "[^.]*".join(pieces))
    return re.compile(r"\.".join(parts))


def path_pattern(glob: str) -> re.Pattern[str]:
    """Compile a glob over a repository path."""
    return re.compile("|".join(_path_regex(one) for one in expand_braces(glob)))


_BRACES = re.compile(r"\{([^{}]*)\}")


def expand_braces(glob: str) -> list[str]:
    """Return the globs that `{a,b}` alternatives stand for."""
    match = _BRACES.search(glob) if "{" in glob else None
    if not match:
        return [glob]
    found = []
    for choice in match.group(1).split(","):
        found += expand_braces(glob[: match.start()] + choice + glob[match.end() :])
    return found


def _path_regex(glob: str) -> str:
    regex = ""
    rest = glob
    while rest:
        if rest.startswith("**/"):
            regex, rest = regex + r"(?:[^/]+/)*", rest[3:]
        elif rest.startswith("**"):
            regex, rest = regex + r".*", rest[2:]
        elif rest[0] == "*":
            regex, rest = regex + r"[^/]*", rest[1:]
        elif rest[0] == "?":
            regex, rest = regex + r"[^/]", rest[1:]
        else:
            regex, rest = regex + re.escape(rest[0]), rest[1:]
    return regex


def key_pattern(glob: str) -> re.Pattern[str]:
    """Compile a glob over a setting's key: ``*`` inside one part, ``**`` across parts."""
    pieces = re.split(r"(\*\*|\*|\?)", glob)
    signs = {"**": ".*", "*": "[^.]*", "?": "[^.]"}
    return re.compile("".join(signs.get(piece) or re.escape(piece) for piece in pieces))


@lru_cache(maxsize=4096)
def text_test(glob: str) -> Callable[[str], bool]:
    """Return a test for a text glob; it ignores case."""
    negated = glob.startswith("!")
    regex = "|".join(_text_regex(one) for one in glob.removeprefix("!").split("|"))
    match = re.compile(regex, re.IGNORECASE | re.DOTALL).fullmatch
    if negated:
        return lambda text: match(text) is None
    return lambda text: match(text) is not None


def _text_regex(glob: str) -> str:
    pieces = re.split(r"(\*+|\?)", glob)
    return "".join(
        ".*" if piece.startswith("*") else "." if piece == "?" else re.escape(piece)
        for piece in pieces
    )
