"""Completion of a line without the word `scan`, which Typer does not know may be left out."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager

#: Set by the shell's completion script.
ASKED = "_MLOPS_AUDIT_COMPLETE"
_WORDS, _POSITION, _LINE = "COMP_WORDS", "COMP_CWORD", "_TYPER_COMPLETE_ARGS"


@contextmanager
def understood(commands: Collection[str]) -> Iterator[None]:
    """Put the word into the line that is to be completed while the body runs."""
    before = {name: os.environ.get(name) for name in (_WORDS, _POSITION, _LINE)}
    for name in (_WORDS, _LINE):
        line = os.environ.get(name, "")
        if _lacks_it(line, commands):
            program, _, rest = line.partition(" ")
            os.environ[name] = f"{program} scan {rest}"
            position = os.environ.get(_POSITION, "")
            if name == _WORDS and position.isdigit():
                os.environ[_POSITION] = str(int(position) + 1)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _lacks_it(line: str, commands: Collection[str]) -> bool:
    """Tell whether the first word is an option or a path; one that is not finished may be both."""
    words = line.split()[1:]
    if not words or words[0] in commands:
        return False
    return words[0].startswith("-") or len(words) > 1 or "/" in words[0] or line.endswith(" ")
