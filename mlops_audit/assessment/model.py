"""The result of an audit: what every report renders, and nothing else.

`to_dict` of an `Audit` is the JSON report, version 1. Every collection is sorted by whoever builds
it; reports never reorder, filter or compute.
"""

from dataclasses import dataclass, field
from typing import Any

REPORT_SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Source lines around a place; secrets masked, control characters made visible."""

    language: str
    first_line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One place that speaks for a practice."""

    rule: str
    path: str | None
    line: int | None
    cell: int | None
    message: str
    strength: str  # documented | implemented | automated | observed
    snippet: Excerpt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Why a finding does not count."""

    by: str  # inline | config | baseline
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionUse:
    """A comment or a waiver of the configuration, and what became of it."""

    by: str  # inline | config
    path: str  # file that it stands in
    line: int | None
    cell: int | None
    rules: tuple[str, ...]  # rules or practices
    paths: tuple[str, ...]  # patterns of the files it speaks for; none: its place, or all
    reason: str
    owner: str
    until: str  # last day on which it counts, '' for ever
    state: str  # used | unused | idle (its rules were not judged) | expired | invalid
    problem: str  # why it does not count
    findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule's complaint at a place."""

    rule: str
    name: str  # the rule's failure title
    practice: str
    phase: str
    severity: str  # error | warning | note
    message: str
    path: str | None
    line: int | None
    end_line: int | None
    column: int | None
    cell: int | None
    fingerprint: str
    effort: str  # minutes | hours | days
    remediation: str
    suppressed: Suppression | None = None
    new: bool | None = None  # None: there is nothing to compare with
    #: Identity without the file: what was renamed or moved keeps it.
    content: str = ""
    #: Lines of the file as it is stored; in a notebook those of the JSON.
    file_line: int | None = None
    file_end_line: int | None = None
    snippet: Excerpt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """The verdict of one rule."""

    rule: str
    title: str  # title or failure_title, according to the status
    phase: str
    practice: str
    status: str  # pass | fail | unknown | not-applicable | manual | error
    severity: str
    judged: int
    total: int
    reason: str
    findings: tuple[str, ...]  # fingerprints
    evidence: int  # places that speak for it
    confidence: str = ""  # high | medium | low
    why: str = ""
    fix: str = ""
    references: tuple[dict[str, str], ...] = ()  # {title, url}


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """The verdict on one practice."""

    id: str
    phase: str
    group: str | None
    title: str
    statement: str
    status: str  # met partial unmet contradicted unknown not-due not-applicable
    reason: str
    strength: str | None
    strengths: tuple[str, ...]
    required_strength: str
    role: str  # core | supporting | gate
    level: int
    basis: str  # MS | ours
    rules: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    evidence_total: int
    findings: tuple[str, ...]  # fingerprints
    frameworks: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase of the lifecycle."""

    id: str
    title: str
    due: bool
    score: int | None  # 0–100; None if nothing is judged
    score_range: tuple[int, int] | None
    level: int | None  # None where the phase is not due or not applicable
    level_range: tuple[int, int] | None
    blocked_by: tuple[str, ...]  # practices that hold the next level back
    counts: dict[str, int]  # practices by status
    practices: tuple[str, ...]
    groups: tuple[dict[str, Any], ...] = ()  # foundations: {id, title, level, practices}


@dataclass(frozen=True, slots=True, kw_only=True)
class Maturity:
    """The level and what holds it back."""

    level: int | None
    level_range: tuple[int, int] | None
    level_name: str
    claimed: int | None
    proven: int | None
    score: int | None
    score_range: tuple[int, int] | None
    blocked: bool
    blocked_by: tuple[str, ...]  # gate practices with an open finding
    held_back_by: tuple[str, ...]  # practices that hold the next level back
    summary: str  # one or two plain sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapStep:
    """One step of the shortest list that lifts the level."""

    position: int
    practice: str
    phase: str
    title: str
    lifts_to: int
    gain: str
    effort: str
    first_step: str
    rule: str | None
    path: str | None
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSummary:
    """One project of a monorepo, judged on its own."""

    root: str
    name: str
    kind: str
    level: int | None
    score: int | None
    files: int
    evidence: str
    phases: dict[str, int | None]  # phase id → level


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositorySummary:
    """What was audited."""

    name: str
    revision: str | None
    branch: str | None
    dirty: bool | None
    remote_url: str | None
    kind: str  # exploration | experimentation | production | library | non-ml
    kind_reason: str
    traits: tuple[dict[str, Any], ...]  # {name, reason, path, line}
    projects: tuple[ProjectSummary, ...]
    files: int
    zones: dict[str, int]  # zone → files
    technologies: tuple[dict[str, Any], ...]  # {id, title, category, via, places, path, line}
    unread: int
    prefix: str = ""  # audited folder inside the git repository
    #: File that stands for the repository where a format wants one: README and the like.
    anchor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneFinding:
    """A finding of the earlier audit that is not there any more."""

    rule: str
    path: str | None
    message: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How the findings differ from those of a baseline, or of another revision."""

    by: str  # base | baseline
    against: str  # file or revision
    level: int | None  # of the earlier audit
    score: int | None
    new: int
    known: int
    gone: tuple[GoneFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Whether CI should fail, and why, one sentence a cause."""

    passed: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One audit of one repository at one revision."""

    schema_version: int
    tool: dict[str, str]  # {name, version, ruleset (digest), url}
    generated_at: str  # ISO 8601, UTC
    repository: RepositorySummary
    maturity: Maturity
    phases: tuple[Phase, ...]
    practices: tuple[Practice, ...]
    results: tuple[RuleResult, ...]
    findings: tuple[Finding, ...]
    runs: dict[str, Any]  # {stores […], runs […], coverage {…}, traceability […]}
    automation: dict[str, Any]  # {nodes […], edges […]}
    roadmap: tuple[RoadmapStep, ...]
    gate: Gate
    diagnostics: tuple[dict[str, Any], ...]  # {path, line, reader, problem, lost}
    stats: dict[str, Any]
    suppressions: tuple[SuppressionUse, ...] = ()
    #: What `new` of a finding speaks of; None: nothing was compared.
    comparison: Comparison | None = None
    #: The baseline, whose findings are suppressed.
    baseline: Comparison | None = None
