"""The words in which commands say what they run."""

import shlex
from collections.abc import Sequence
from typing import NamedTuple


class Wanted(NamedTuple):
    """Something of the repository that a command runs.

    kind: file | module | task | stages | image | compose | project | pipeline-file | tests |
    console | kedro | declared (a name that a definition file gives) | service (of a Compose file) |
    built (an image of the repository) | folder, definition, terraform (what a tool is given) |
    nothing (external program) | unknown
    """

    kind: str
    name: str
    detail: str = ""
    #: It runs inside an image or a remote job, whose files need not be those of the repository.
    inside: bool = False


NOTHING = (Wanted("nothing", ""),)


def split(arguments: str) -> list[str]:
    """Split arguments into words; text that no shell would take is split at blanks."""
    try:
        return shlex.split(arguments)
    except ValueError:
        return arguments.split()


def option(given: Sequence[str], names: Sequence[str]) -> str:
    """Return the value of an option, '' if it is not given."""
    for index, word in enumerate(given):
        if word in names and index + 1 < len(given):
            return given[index + 1]
        head, equals, value = word.partition("=")
        if equals and head in names:
            return value
    return ""


def last_operand(given: Sequence[str]) -> str:
    """Return the last word, '' if it is an option."""
    last = given[-1] if given else ""
    return "" if last.startswith("-") else last
