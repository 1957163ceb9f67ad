"""People in prose: a name with an address under which they can be reached."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mlops_audit.readers.dependencies.people import is_placeholder
from mlops_audit.readers.markdown_plain import plain

#: People of one section; longer lists are credits, not owners.
PEOPLE_LIMIT = 30
_LINE_LIMIT = 2_000
#: Lines below a name on which its addresses may stand.
_NAME_REACH = 4
_NAME_LIMIT = 60
_ADDRESSES_OF_LINE = 10

_MAIL = re.compile(
    r"(?<![\w.+-])(?:mailto:)?([\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5})(?![\w@])"
)
_PROFILE = re.compile(
    r"(?:https?://)?(?:www\.)?((?:github|gitlab)\.com/[\w-]{1,60}|linkedin\.com/in/[\w%-]{1,100}"
    r"|(?:twitter|x)\.com/\w{1,30}|orcid\.org/[\dX-]{19})/?(?=[\s)>\]\"'.,;|]|\Z)",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w@/.`])@([A-Za-z\d](?:-?[A-Za-z\d]){1,38})(?![\w/.@-])")
_IDENTITY = re.compile(r"@|(?:github|gitlab)\.com/", re.IGNORECASE)
_TEXT_OF_LINK = re.compile(r"\[([^\[\]\n]{1,100})\]\(([^()\s]{1,300})\)")
_LABEL = re.compile(
    r"(?:^|[\s,;(|/-])(?:e-?mails?|mail|git ?hub|git ?lab|linked ?in|twitter|contacts?|phone"
    r"|website|orcid|slack|discord|by|at|on|via|or|and|owner|authors?|maintainers?|maintained by"
    r"|developed by|created by|x)\b[\s:.=-]*",
    re.IGNORECASE,
)
#: What ends a name or stands before one: bars, dashes, colons, emoji, numbers.
_SEPARATOR = re.compile(r"\s[-–—]\s|[^\w\s.,'’()-]+|\s\d+[.)]?\s|^\s*[-*+\d.)]+\s|,\s(?=[a-z])")
_PARTICLES = frozenset(
    ("the", "team", "group", "project", "of", "and", "van", "von", "de", "der", "den", "la")
) | {"le", "di", "da", "el", "bin", "ter", "dos", "du", "del"}
#: Names that belong to a host rather than to a person.
_NOBODY = re.compile(
    r"(?:github|gitlab)\.com/(?:orgs?|users?|sponsors|features|about|search|topics|marketplace"
    r"|issues|login|readme|apps|settings|notifications|site|your[\w-]*|user(?:name)?|org)\Z",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?:[ ,]+(?:\(?[^\W\d_][\w.'’-]*\)?)){0,5}\Z")


class Person(NamedTuple):
    """Somebody who can be reached."""

    line: int
    #: `Name <address>`, or the address alone.
    owner: str
    #: Whether name or address is template text.
    placeholder: bool


def people(lines: Iterable[tuple[int, str]], *, named: bool = True) -> Iterator[Person]:
    """Yield who can be reached by the lines of Markdown, each address once.

    With ``named``, an address counts only together with a name: on its line, in its link, or on a
    line of its own shortly before. A handle or profile of a code host is a name.
    """
    seen: set[str] = set()
    above, above_line = "", 0
    for number, line in lines:
        line = line[:_LINE_LIMIT]
        found = _addresses(line)
        if not found:
            if name := _name_alone(line):
                above, above_line = name, number
            continue
        for address, name in found:
            if not name and number - above_line <= _NAME_REACH:
                name = above
            key = name.lower() or address.lower()
            if key in seen or (named and not name and not _IDENTITY.match(address)):
                continue
            seen.add(key)
            owner = f"{name} <{address}>" if name else address
            yield Person(number, owner[:200], _doubtful(name, address))
            if len(seen) >= PEOPLE_LIMIT:
                return


def _addresses(line: str) -> list[tuple[str, str]]:
    """Return (address, name) of the best kind of address on a line, mail before profiles."""
    for pattern in (_MAIL, _PROFILE, _HANDLE):
        found: list[tuple[str, str]] = []
        end = 0
        for match in pattern.finditer(line):
            if not _NOBODY.match(match[1]):
                address = f"@{match[1]}" if pattern is _HANDLE else match[1]
                found.append((address, _name(line, end, match.start())))
            end = match.end()
            if len(found) >= _ADDRESSES_OF_LINE:
                break
        if found:
            return found
    return []


def _name(line: str, start: int, at: int) -> str:
    """Return the name that stands before an address, or is the text of its link."""
    for link in _TEXT_OF_LINK.finditer(line):
        if link.start() <= at < link.end():
            if text := _cleaned(plain(link[1])):
                return text
            at = link.start()
            break
    return _cleaned(plain(line[start:at].rstrip("[(<")))


def _name_alone(line: str) -> str:
    """Return the name if the line is nothing but one: `**Jane Doe**`, `### Jane Doe`."""
    text = plain(line.lstrip("# >"))
    name = _cleaned(text)
    parts = name.split()
    alone = len(name) + 4 >= len(text) and 2 <= len(parts) <= 4
    return name if alone and not any(part[0].islower() for part in parts) else ""


def _cleaned(text: str) -> str:
    """Return the last part of the text that can be a name, '' if none can."""
    best = ""
    for part in _SEPARATOR.split(_LABEL.sub(" ", text)):
        part = " ".join(part.split()).strip(" -(.,<[")
        words = part.split()
        named = words and all(not word[0].islower() or word.lower() in _PARTICLES for word in words)
        if (
            named
            and len(part) <= _NAME_LIMIT
            and _NAME.match(part)
            and not all(word.lower() in _PARTICLES for word in words)
            and (len(words) > 1 or " " not in best)
        ):
            best = part
    return best


def _doubtful(name: str, address: str) -> bool:
    bare = address.rpartition("/")[2] if "@" not in address else address
    return is_placeholder(address) or is_placeholder(bare) or (bool(name) and is_placeholder(name))
