"""Globs of technology files, as tests that cannot backtrack badly.

Compiling a regular expression takes longer than all that most globs are ever asked, so plain forms
are tested by comparing strings and the others are compiled when they are first needed.

Dotted names: ``*`` stands for exactly one part (or a piece of one), ``**`` for one or more parts,
``{a,b}`` is an alternative.
Paths: ``*`` and ``?`` stay inside a segment, ``**`` crosses segments, ``{a,b}`` is an alternative.
Text (arguments, values, receivers): ``*`` and ``?`` match anything, ``|`` separates alternatives,
a leading ``!`` negates the whole.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache

_SPECIAL = re.compile(r"[*?]")


@lru_cache(maxsize=8192)
def dotted_test(glob: str) -> Callable[[str], bool]:
    """Return a test for a glob over dotted names."""
    parts = glob.split(".")
    deep = parts.count("**")
    if deep > 1:
        match = re.compile(r"\.".join(map(_part_regex, parts))).fullmatch
        return lambda name: match(name) is not None
    split = parts.index("**") if deep else len(parts)
    head = [_part_test(part) for part in parts[:split]]
    tail = [_part_test(part) for part in parts[split + 1 :]]

    def test(name: str) -> bool:
        names = name.split(".")
        end = len(names) - len(tail)
        if end <= split if deep else end != split:
            return False
        return (
            all(fits(one) for fits, one in zip(tail, names[end:], strict=True))
            and all(fits(one) for fits, one in zip(head, names, strict=False))
            and all(names[split:end])
        )

    return test


def _part_test(part: str) -> Callable[[str], bool]:
    if part == "*":
        return bool
    if "*" not in part:
        return part.__eq__
    pieces = re.split(r"\*+", part)
    return lambda name: _follow(pieces, name)


def _part_regex(part: str) -> str:
    if part == "**":
        return r"[^.]+(?:\.[^.]+)*"
    pieces = (re.escape(piece) for piece in re.split(r"\*+", part))
    return "[^.]+" if part == "*" else "[^.]*".join(pieces)


def _follow(pieces: Sequence[str], text: str) -> bool:
    """Tell whether a text is the pieces with anything between them; there are at least two."""
    first, *middle, last = pieces
    at, end = len(first), len(text) - len(last)
    if at > end or not text.startswith(first) or not text.endswith(last):
        return False
    for piece in middle:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


class PathTest:
    """A test for a glob over repository paths."""

    def __init__(self, glob: str) -> None:
        """Take the glob apart; it is compiled when a path first ends like it."""
        self._glob = glob
        #: How the paths that fit end.
        self.ends = tuple(
            {_SPECIAL.split(one)[-1].removeprefix("/") for one in expand_braces(glob)}
        )

    @cached_property
    def _match(self) -> Callable[[str], object]:
        return re.compile("|".join(_path_regex(one) for one in expand_braces(self._glob))).fullmatch

    def __call__(self, path: str) -> bool:
        """Tell whether a path fits."""
        return path.endswith(self.ends) and self._match(path) is not None


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


@lru_cache(maxsize=4096)
def key_pattern(glob: str) -> re.Pattern[str]:
    """Compile a glob over a setting's key: ``*`` inside one part, ``**`` across parts."""
    pieces = re.split(r"(\*\*|\*|\?)", glob)
    signs = {"**": ".*", "*": "[^.]*", "?": "[^.]"}
    return re.compile("".join(signs.get(piece) or re.escape(piece) for piece in pieces))


@lru_cache(maxsize=4096)
def text_test(glob: str) -> Callable[[str], bool]:
    """Return a test for a text glob; it ignores case."""
    if glob == "*":
        return lambda _: True
    wanted = not glob.startswith("!")
    globs = glob.removeprefix("!").split("|")
    # What lower case is has exceptions beyond ASCII, which regular expressions know.
    plain = glob.isascii() and "?" not in glob
    choices = [re.split(r"\*+", one.lower()) for one in globs]

    def test(text: str) -> bool:
        if not (plain and text.isascii()):
            return (_text_pattern(tuple(globs)).fullmatch(text) is not None) is wanted
        low = text.lower()
        for pieces in choices:
            if low == pieces[0] if len(pieces) == 1 else _follow(pieces, low):
                return wanted
        return not wanted

    return test


@lru_cache(maxsize=1024)
def _text_pattern(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_text_regex, globs)), re.IGNORECASE | re.DOTALL)


def _text_regex(glob: str) -> str:
    pieces = re.split(r"(\*+|\?)", glob)
    return "".join(
        ".*" if piece.startswith("*") else "." if piece == "?" else re.escape(piece)
        for piece in pieces
    )
