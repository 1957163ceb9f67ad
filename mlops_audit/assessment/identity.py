"""Which finding is which, from one audit to the next.

A finding has two identities. The *fingerprint* names the rule, the file and what is complained of:
moved lines, other numbers and run cells change nothing. The *content* names the rule and the text
of the place and no file: it finds what was renamed or moved. Neither holds a line number.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, Protocol, TypeVar

_DIGITS = re.compile(r"\d[\d.,]{0,20}")


class Identified(Protocol):
    """What can be told apart: a finding, or an entry of a baseline."""

    @property
    def rule(self) -> str:
        """Id of the rule."""

    @property
    def path(self) -> str | None:
        """File, None for the repository as a whole."""

    @property
    def fingerprint(self) -> str:
        """Identity with the file."""

    @property
    def content(self) -> str:
        """Identity without the file; '' if it has none."""


Finding = TypeVar("Finding", bound=Identified)
Entry = TypeVar("Entry", bound=Identified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching(Generic[Entry, Finding]):
    """Old and new findings side by side."""

    kept: tuple[tuple[Entry, Finding], ...]
    appeared: tuple[Finding, ...]
    gone: tuple[Entry, ...]


class Identity(NamedTuple):
    """Both identities of one finding."""

    fingerprint: str
    content: str


@dataclass(slots=True)
class Identities:
    """Gives findings their identities; equal ones are counted, in the order in which they come."""

    _seen: Counter[tuple[str, str | None, str]] = field(default_factory=Counter)

    def of(
        self,
        rule: str,
        path: str | None,
        *,
        subject: str | None,
        message: str,
        text: str,
        whole: bool,
    ) -> Identity:
        """Return the identities of the next finding.

        Args:
            rule: id of the rule.
            path: file that the finding names.
            subject: what the rule says it complains of, None if it does not.
            message: the complaint.
            text: line of the file at the place, secrets masked; '' if there is none.
            whole: whether the rule asks something of the repository as a whole; its one finding
                stands at some file for want of a better place, which does not tell which it is.
        """
        if whole:
            return Identity(_digest(rule), _digest(rule, "whole"))
        named = _without(path, subject or "")
        said = named or _without(path, _DIGITS.sub("#", message))
        # A complaint about a file or the repository as such stays the same in other words.
        about = said if named or text else ""
        key = (rule, path, about)
        fingerprint = _digest(rule, path or "", about, str(self._seen[key]))
        self._seen[key] += 1
        return Identity(fingerprint, _digest(rule, named if text else said, text))


def _without(path: str | None, text: str) -> str:
    """Leave the file's own name out: a renamed file says the same of itself."""
    if not path:
        return text
    return text.replace(path, "{path}").replace(path.rsplit("/", 1)[-1], "{name}")


def match(
    old: Sequence[Entry], new: Sequence[Finding], *, present: Collection[str] | None = None
) -> Matching[Entry, Finding]:
    """Pair old findings with new ones.

    First by rule, file and text of the place; then by fingerprint; then, for what was renamed or
    moved, by rule and text of the place. What has no text is moved only if its file is gone:
    ``present`` holds the files that there are, None if nobody knows.
    """
    pairs = _Pairs(old, new)

    def renamed(entry: Entry) -> Hashable:
        gone = present is None or entry.path is None or entry.path not in present
        return (entry.rule, entry.content) if entry.content and gone else None

    pairs.join(
        lambda entry: (entry.rule, entry.path, entry.content) if entry.content else None,
        lambda finding: (finding.rule, finding.path, finding.content) if finding.content else None,
    )
    pairs.join(lambda entry: entry.fingerprint, lambda finding: finding.fingerprint)
    pairs.join(
        renamed, lambda finding: (finding.rule, finding.content) if finding.content else None
    )
    return pairs.result()


class _Pairs(Generic[Entry, Finding]):
    """Joins what is left over on both sides, one key after the other."""

    def __init__(self, old: Sequence[Entry], new: Sequence[Finding]) -> None:
        self._old = list(old)
        self._new = list(new)
        self._partner: dict[int, int] = {}  # position in new -> position in old
        self._taken: set[int] = set()

    def join(
        self, old_key: Callable[[Entry], Hashable], new_key: Callable[[Finding], Hashable]
    ) -> None:
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for position, entry in enumerate(self._old):
            key = old_key(entry)
            if position not in self._taken and key is not None:
                waiting[key].append(position)
        for position, finding in enumerate(self._new):
            key = new_key(finding)
            if position not in self._partner and key is not None and waiting.get(key):
                found = waiting[key].pop(0)
                self._partner[position] = found
                self._taken.add(found)

    def result(self) -> Matching[Entry, Finding]:
        partners = self._partner
        return Matching(
            kept=tuple((self._old[partners[at]], self._new[at]) for at in sorted(partners)),
            appeared=tuple(item for at, item in enumerate(self._new) if at not in partners),
            gone=tuple(item for at, item in enumerate(self._old) if at not in self._taken),
        )


def _digest(*parts: str) -> str:
    text = "\0".join(" ".join(part.split()) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]
