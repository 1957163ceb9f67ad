"""Finding credentials in one text."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from mlops_audit.readers.secrets import values
from mlops_audit.readers.secrets.assignments import assigned
from mlops_audit.readers.secrets.formats import (
    CONNECTION,
    CONNECTION_CONTEXT,
    CONNECTION_NAMES,
    FORMATS,
    QUERY,
    URL,
    URL_SCHEME,
)
from mlops_audit.readers.secrets.places import lowered, places

#: Hosts of documentation and of services that run beside the reader.
_LOCAL_HOST = re.compile(
    r"^(localhost|127\.|0\.0\.0\.0|\[|host\.docker|example\.|.*\.example\b|host$|hostname$|server$)"
)
_SIGNED = re.compile(
    r"(?:X-Amz-Credential|AWSAccessKeyId|GoogleAccessId)(?:=|%3D)\Z", re.IGNORECASE
)
#: Finds of one text; a file with more is a dump, and a thousand say what there is to say.
_LIMIT = 1_000


class Found(NamedTuple):
    """A credential in a text; `value` must not leave this package."""

    start: int
    end: int
    line: int
    kind: str
    value: str
    usable: str


def detect(text: str, *, generic: bool = True, unquoted: str = "") -> list[Found]:
    """Return the credentials of a text in its order, one for every place.

    ``generic`` also looks at secret-named assignments; ``unquoted`` says after which operators a
    value without quotes counts ('' nowhere, '=' or '=:').
    """
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    found: list[Found] = []
    taken: list[tuple[int, int]] = []
    for start, end, kind, usable in _candidates(text, generic, unquoted):
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        taken.append((start, end))
        line = bisect_right(starts, start)
        found.append(Found(start, end, line, kind, text[start:end], usable))
        if len(found) >= _LIMIT:
            break
    return sorted(found)


def mask_text(text: str) -> str:
    """Return the text with every credential in it replaced by its mask."""
    for found in reversed(detect(text, unquoted="=:")):
        text = f"{text[: found.start]}{values.mask(found.value)}{text[found.end :]}"
    return text


def _candidates(text: str, generic: bool, unquoted: str) -> Iterator[tuple[int, int, str, str]]:
    for format_ in FORMATS:
        if not format_.may_be_in(text):
            continue
        for match in format_.expression.finditer(text):
            value = match[1]
            kind, usable = format_.kind, format_.usable
            if _SIGNED.search(text, max(0, match.start(1) - 40), match.start(1)):
                continue  # the id in a signed link tells who signed it, and opens nothing
            if kind == "private-key" and "service_account" in text:
                kind = "gcp-service-account"
            if values.is_placeholder(value) or values.entropy(value) < 2.6:
                usable = "placeholder"
            elif kind == "netrc-password" and values.is_weak(value):
                usable = "weak"
            yield match.start(1), match.end(1), kind, usable
    if "://" in text:
        yield from _urls(text)
        yield from _queries(text)
    lower = lowered(text)
    yield from _connections(text, lower)
    if generic:
        yield from assigned(text, lower, unquoted)


def _urls(text: str) -> Iterator[tuple[int, int, str, str]]:
    for match in URL.finditer(text):
        user, password, host = match.groups()
        if not URL_SCHEME.search(text, max(0, match.start() - 31), match.start()):
            continue
        if password.isdigit() and len(password) <= 5:
            continue  # a port before an @ in a path
        if values.is_placeholder(password) or values.is_template(user):
            usable = "placeholder"
        elif values.is_weak(password) or password == user:
            usable = "weak"
        elif _LOCAL_HOST.match(host) or "." not in host:
            # A service beside this one: a throw-away password unless it is a generated one.
            usable = "likely" if values.is_random(password) else "weak"
        else:
            strong = values.is_random(password) or values.is_strong_password(password)
            usable = "likely" if strong or len(password) >= 8 else "weak"
        yield match.start(2), match.end(2), "url-password", usable


def _queries(text: str) -> Iterator[tuple[int, int, str, str]]:
    for match in QUERY.finditer(text):
        value = match[1]
        if values.is_placeholder(value) or values.is_weak(value):
            yield match.start(1), match.end(1), "api-key", "placeholder"
        elif values.is_random(value):
            yield match.start(1), match.end(1), "api-key", "likely"


def _connections(text: str, lower: str) -> Iterator[tuple[int, int, str, str]]:
    for place in places(lower, CONNECTION_NAMES):
        match = CONNECTION.match(text, place)
        if match is None:
            continue
        begin = text.rfind("\n", 0, match.start()) + 1
        before = text[max(begin, match.start() - 400) : match.start()]
        if not CONNECTION_CONTEXT.search(before):
            continue
        value = match[1]
        if values.is_placeholder(value) or values.is_reference(value):
            usable = "placeholder"
        elif values.is_weak(value):
            usable = "weak"
        elif len(value) >= 6:
            usable = "likely"
        else:
            continue
        yield match.start(1), match.end(1), "connection-string", usable
