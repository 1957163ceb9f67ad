"""From facts and verdicts to the audit that reports render."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlops_audit.assessment.automation import automation_of
from mlops_audit.assessment.compare import compare
from mlops_audit.assessment.findings import NoLines, ReadLines, build_evidence, build_findings
from mlops_audit.assessment.gate import GateOptions, Judged, decide
from mlops_audit.assessment.level import (
    claimed,
    evidenced,
    level_of,
    missing_at,
    optimistic,
    proven,
    score_of,
)
from mlops_audit.assessment.lifecycle import Lifecycle
from mlops_audit.assessment.model import (
    REPORT_SCHEMA_VERSION,
    Audit,
    Maturity,
    Phase,
    Practice,
    ProjectSummary,
    RepositorySummary,
    RuleResult,
)
from mlops_audit.assessment.practices import Judgement, judge_practices
from mlops_audit.assessment.roadmap import roadmap_of
from mlops_audit.assessment.runs import runs_of
from mlops_audit.assessment.snapshot import Snapshot
from mlops_audit.assessment.suppress import Answers, answer
from mlops_audit.rules.model import Status, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By what findings are answered and the gate decides."""

    gate: GateOptions = field(default_factory=GateOptions)
    answers: Answers = field(default_factory=Answers)
    #: The baseline, whose findings are accepted.
    accepted: Snapshot | None = None
    #: The earlier audit; only what is new in comparison counts for the gate.
    before: Snapshot | None = None
    #: Whether findings and evidence show the lines around their places.
    excerpts: bool = True


def assess(
    connection: sqlite3.Connection,
    verdicts: Sequence[Verdict],
    lifecycle: Lifecycle,
    *,
    tool: dict[str, str],
    generated_at: str,
    terms: Terms | None = None,
    projects: tuple[ProjectSummary, ...] = (),
    technologies: dict[str, str] | None = None,
    read_lines: ReadLines | None = None,
    stats: dict[str, Any] | None = None,
) -> Audit:
    """Build the audit.

    Args:
        connection: the linked facts.
        verdicts: one per rule.
        lifecycle: the maturity model.
        tool: name, version, ruleset digest and URL.
        generated_at: ISO 8601 in UTC.
        terms: by what findings are answered and the gate decides.
        projects: summaries of the projects of a monorepo.
        technologies: titles of technologies by id.
        read_lines: gives the lines of files and cells.
        stats: timings and sizes to carry along.
    """
    read_lines = read_lines or NoLines()
    traits = _traits(connection)
    kind, kind_reason = _kind(traits)
    reasons = {trait["name"]: trait["reason"] for trait in traits}
    judgements = judge_practices(lifecycle, verdicts, kind, reasons)
    # What is not asked of this kind of repository is no complaint.
    asked = {item.spec.id for item in judgements if item.applicable}
    due = [verdict for verdict in verdicts if verdict.rule.practice in asked]
    terms = terms or Terms()
    findings, suppressions = answer(
        build_findings(due, read_lines, excerpts=terms.excerpts),
        connection,
        verdicts,
        terms.answers,
    )
    findings, baseline, comparison = compare(
        findings, accepted=terms.accepted, before=terms.before, present=_files(connection)
    )
    fingerprints: dict[str, list[str]] = {}
    for finding in findings:
        fingerprints.setdefault(finding.rule, []).append(finding.fingerprint)
    phases = tuple(
        _phase(lifecycle, phase, title, judgements, kind) for phase, title in lifecycle.phases
    )
    maturity = _maturity(lifecycle, phases, judgements, kind)
    shown = read_lines if terms.excerpts else NoLines()
    practices = tuple(_practice(item, fingerprints, shown) for item in judgements)
    return Audit(
        schema_version=REPORT_SCHEMA_VERSION,
        tool=tool,
        generated_at=generated_at,
        repository=_repository(connection, kind, kind_reason, traits, projects, technologies or {}),
        maturity=maturity,
        phases=phases,
        practices=practices,
        results=tuple(_result(item, fingerprints) for item in _sorted(verdicts)),
        findings=findings,
        runs=runs_of(connection),
        automation=automation_of(connection),
        roadmap=roadmap_of(lifecycle, judgements, findings, kind),
        gate=decide(
            terms.gate,
            Judged(
                maturity=maturity,
                phases=phases,
                practices=practices,
                findings=findings,
                verdicts=verdicts,
                before=terms.before or terms.accepted,
                by_change=terms.before is not None,
            ),
        ),
        diagnostics=_diagnostics(connection),
        stats=stats or {},
        suppressions=suppressions,
        comparison=comparison,
        baseline=baseline,
    )


def _files(connection: sqlite3.Connection) -> frozenset[str]:
    return frozenset(path for (path,) in connection.execute("SELECT path FROM file"))


def _sorted(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return sorted(verdicts, key=lambda item: (item.rule.phase, item.rule.id))


def _traits(connection: sqlite3.Connection) -> tuple[dict[str, Any], ...]:
    rows = connection.execute(
        "SELECT name, reason, path, line FROM trait ORDER BY name, path, line"
    )
    return tuple(
        {"name": name, "reason": reason, "path": path, "line": line}
        for name, reason, path, line in rows
    )


def _kind(traits: tuple[dict[str, Any], ...]) -> tuple[str, str]:
    for trait in traits:
        if str(trait["name"]).startswith("kind:"):
            return str(trait["name"]).removeprefix("kind:"), str(trait["reason"])
    return "experimentation", "No sign of another kind was found."


def _phase(
    lifecycle: Lifecycle, phase: str, title: str, judgements: Sequence[Judgement], kind: str
) -> Phase:
    own = [item for item in judgements if item.spec.phase == phase]
    applicable = [item for item in own if item.applicable]
    spec = lifecycle.kinds[kind]
    due = phase in spec.due or (phase == "foundations" and bool(spec.due_groups))
    level = level_of(own, lifecycle) if due else None
    score = score_of(own, lifecycle) if due else None
    high = level_of(own, lifecycle, optimistic) if due else None
    next_level = (level or 0) + 1
    blocked = (
        missing_at(applicable, lifecycle, next_level)
        if level is not None and next_level <= max(lifecycle.levels)
        else []
    )
    groups: tuple[dict[str, Any], ...] = ()
    if phase == "foundations":
        groups = tuple(
            {
                "id": group,
                "title": group_title,
                "level": level_of([i for i in own if i.spec.group == group], lifecycle),
                "practices": [i.spec.id for i in own if i.spec.group == group],
            }
            for group, group_title in lifecycle.groups
        )
    return Phase(
        id=phase,
        title=title,
        due=due,
        score=score[0] if score else None,
        score_range=score[1] if score else None,
        level=level,
        level_range=(level, max(level, high or 0)) if level is not None else None,
        blocked_by=tuple(item.spec.id for item in blocked),
        counts=dict(sorted(Counter(item.status for item in own).items())),
        practices=tuple(item.spec.id for item in own),
        groups=groups,
    )


def _maturity(
    lifecycle: Lifecycle, phases: Sequence[Phase], judgements: Sequence[Judgement], kind: str
) -> Maturity:
    counted = [p for p in phases if p.due and p.level is not None and p.id != "exploration"]
    blocked_by = tuple(
        item.spec.id
        for item in judgements
        if item.spec.role == "gate" and item.status in ("unmet", "contradicted")
    )
    due = [item for item in judgements if item.applicable]
    score = score_of(due, lifecycle)
    if kind in ("exploration", "library", "non-ml") or not counted:
        return Maturity(
            level=None,
            level_range=None,
            level_name="No level",
            claimed=None,
            proven=None,
            score=score[0] if score else None,
            score_range=score[1] if score else None,
            blocked=bool(blocked_by),
            blocked_by=blocked_by,
            held_back_by=(),
            summary=_no_level(kind),
        )

    def lowest(holds: Callable[[Judgement], bool]) -> int:
        return min(
            level_of([i for i in judgements if i.spec.phase == phase.id], lifecycle, holds) or 0
            for phase in counted
        )

    level, high = lowest(evidenced), lowest(optimistic)
    holders = [phase for phase in counted if phase.level == level]
    held = tuple(dict.fromkeys(name for phase in holders for name in phase.blocked_by))
    names = ", ".join(phase.title for phase in holders)
    summary = f"Level {level}: {lifecycle.levels[level]}. Held there by {names}."
    return Maturity(
        level=level,
        level_range=(level, max(level, high)),
        level_name=lifecycle.levels[level],
        claimed=max(level, lowest(claimed)),
        proven=min(level, lowest(proven)),
        score=score[0] if score else None,
        score_range=score[1] if score else None,
        blocked=bool(blocked_by),
        blocked_by=blocked_by,
        held_back_by=held,
        summary=summary,
    )


def _no_level(kind: str) -> str:
    return {
        "exploration": "This repository explores: it is judged on exploration and security, and"
        " gets no maturity level.",
        "library": "This is a library or tool: its engineering is judged, and it gets no maturity"
        " level.",
        "non-ml": "No machine learning was found: the engineering is judged, and there is no"
        " maturity level.",
    }.get(kind, "Nothing was found that a level could be built on.")


def _practice(
    item: Judgement, fingerprints: dict[str, list[str]], read_lines: ReadLines
) -> Practice:
    evidence, total = build_evidence(item, read_lines)
    spec = item.spec
    return Practice(
        id=spec.id,
        phase=spec.phase,
        group=spec.group,
        title=spec.title,
        statement=spec.statement,
        status=item.status,
        reason=item.reason,
        strength=item.strength,
        strengths=item.strengths,
        required_strength=spec.needs,
        role=spec.role,
        level=spec.level,
        basis=spec.basis,
        rules=tuple(sorted(verdict.rule.id for verdict in item.verdicts)),
        evidence=evidence,
        evidence_total=total,
        findings=tuple(
            fingerprint
            for verdict in sorted(item.verdicts, key=lambda each: each.rule.id)
            for fingerprint in fingerprints.get(verdict.rule.id, ())
        ),
        frameworks=spec.frameworks,
    )


def _result(verdict: Verdict, fingerprints: dict[str, list[str]]) -> RuleResult:
    rule = verdict.rule
    return RuleResult(
        rule=rule.id,
        title=rule.failure_title if verdict.status is Status.FAIL else rule.title,
        phase=rule.phase,
        practice=rule.practice,
        status=str(verdict.status),
        severity=rule.severity,
        judged=verdict.judged,
        total=verdict.total,
        reason=verdict.reason,
        findings=tuple(fingerprints.get(rule.id, ())),
        evidence=len(verdict.evidence),
        confidence=rule.confidence,
        why=rule.why,
        fix=rule.fix,
        references=rule.references,
    )


def _repository(
    connection: sqlite3.Connection,
    kind: str,
    kind_reason: str,
    traits: tuple[dict[str, Any], ...],
    projects: tuple[ProjectSummary, ...],
    titles: dict[str, str],
) -> RepositorySummary:
    name, revision, branch, dirty, remote, prefix = connection.execute(
        "SELECT name, revision, branch, dirty, remote_url, prefix FROM repository_info"
    ).fetchone()
    uses = connection.execute(
        "SELECT technology, category, group_concat(DISTINCT via), count(*), min(path)"
        " FROM technology_use GROUP BY technology, category ORDER BY category, technology"
    )
    technologies = tuple(
        {
            "id": technology,
            "title": titles.get(technology, technology),
            "category": category,
            "via": sorted(str(via).split(",")),
            "places": places,
            "path": path,
            "line": None,
        }
        for technology, category, via, places, path in uses
    )
    zones = dict(
        connection.execute("SELECT zone, count(*) FROM file_zone GROUP BY zone ORDER BY zone")
    )
    unread = "SELECT count(DISTINCT path) FROM diagnostic WHERE lost"
    return RepositorySummary(
        name=name,
        revision=revision,
        branch=branch,
        dirty=None if dirty is None else bool(dirty),
        remote_url=remote,
        prefix=prefix,
        kind=kind,
        kind_reason=kind_reason,
        traits=traits,
        projects=projects,
        files=connection.execute("SELECT count(*) FROM file").fetchone()[0],
        zones=zones,
        technologies=technologies,
        unread=connection.execute(unread).fetchone()[0],
        anchor=_anchor(connection),
    )


def _anchor(connection: sqlite3.Connection) -> str | None:
    """Return the file that people would look at for the repository as a whole."""
    rows = connection.execute(
        "SELECT path FROM file WHERE kind NOT IN ('image', 'binary', 'archive', 'model', 'data')"
        " ORDER BY lower(name) NOT LIKE 'readme%', name <> 'pyproject.toml', path LIKE '%/%', path"
        " LIMIT 1"
    )
    found = rows.fetchone()
    return None if found is None else str(found[0])


def _diagnostics(connection: sqlite3.Connection) -> tuple[dict[str, Any], ...]:
    rows = connection.execute(
        "SELECT path, line, reader, problem, lost FROM diagnostic"
        " ORDER BY lost DESC, path, line, reader, problem"
    )
    return tuple(
        {"path": path, "line": line, "reader": reader, "problem": problem, "lost": bool(lost)}
        for path, line, reader, problem, lost in rows
    )
