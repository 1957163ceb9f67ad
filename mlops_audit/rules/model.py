"""What a rule is, and what judging it gives."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Expect(StrEnum):
    """The quantifier of a rule."""

    EVERY = "every"
    SOME = "some"
    NONE = "none"
    ATTEST = "attest"


class Status(StrEnum):
    """The verdict of a rule."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"
    MANUAL = "manual"
    ERROR = "error"


STRENGTHS = ("documented", "implemented", "automated", "observed")
SEVERITIES = ("error", "warning", "note")
EFFORTS = ("minutes", "hours", "days")
CONFIDENCES = ("high", "medium", "low")
ZONES = ("exploration", "development", "production", "test", "docs", "vendored", "generated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check. ``phase`` is the name of the folder that holds the file."""

    id: str
    title: str
    failure_title: str
    phase: str
    practice: str
    proves: str
    severity: str
    confidence: str
    effort: str
    zones: frozenset[str]
    why: str
    fix: str
    references: tuple[dict[str, str], ...]
    expect: Expect
    sql: str | None
    applies_when: str | None  # SQL, or None for `always`
    unknown_when: str | None
    at_least: float
    messages: dict[str, str]  # pass, fail, and optionally not_applicable, unknown
    params: dict[str, Any]
    lifecycle: str  # preview | stable | deprecated
    origin: str  # file it was read from
    pack: str  # 'core' or the pack's name
    needs: frozenset[tuple[str, str]] = field(default_factory=frozenset)  # (table, column) read


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One example of a rule: a tiny repository and the verdict it must give."""

    name: str
    expect: Status
    files: dict[str, Any]
    findings: tuple[str, ...]  # 'path', 'path:line', 'path#cell', 'path#cell:line'
    commits: tuple[dict[str, Any], ...] = ()  # real git history to make, oldest first
    todo: Status | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A row of a rule's query: where, which verdict, which words."""

    path: str | None
    line: int | None
    end_line: int | None
    cell: int | None
    subject: str | None
    ok: bool | None  # None: unknown
    strength: str | None
    message: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement of one rule over the facts."""

    rule: Rule
    status: Status
    reason: str
    judged: int  # rows whose verdict is known
    total: int
    complaints: tuple[Place, ...]
    evidence: tuple[Place, ...]
    unknowns: tuple[Place, ...]
    elapsed_ms: float
