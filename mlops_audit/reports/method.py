"""A worked example of the arithmetic, from the very report it stands in."""

from dataclasses import dataclass

from mlops_audit.assessment.model import Audit, Phase, Practice

_SKIPPED = ("not-due", "not-applicable")
_EARNS = {"met": 1.0, "partial": 0.5, "contradicted": 0.25}
_WEIGHTS = {"core": 3, "gate": 3, "supporting": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """How one phase got its level and score."""

    phase: str
    level: int
    next_level: int
    core: int
    core_met: int
    supporting: int
    supporting_met: int
    missing: tuple[str, ...]
    score: str | None


def worked_example(audit: Audit) -> Example | None:
    """Return the arithmetic of the phase that holds the repository back, or None."""
    phases = [phase for phase in audit.phases if phase.level is not None and phase.due]
    phases = [phase for phase in phases if phase.id != "exploration"] or phases
    if not phases:
        return None
    phase = min(phases, key=lambda item: item.level or 0)
    inside = {practice.id: practice for practice in audit.practices}
    members = [inside[name] for name in phase.practices if name in inside]
    level = phase.level or 0
    due = [item for item in members if item.level <= level + 1 and item.status not in _SKIPPED]
    core = [item for item in due if item.role in ("core", "gate")]
    supporting = [item for item in due if item.role == "supporting"]
    return Example(
        phase=phase.title,
        level=level,
        next_level=level + 1,
        core=len(core),
        core_met=_met(core),
        supporting=len(supporting),
        supporting_met=_met(supporting),
        missing=tuple(inside[name].title for name in phase.blocked_by if name in inside),
        score=_score(phase, members),
    )


def _met(practices: list[Practice]) -> int:
    return sum(1 for item in practices if item.status == "met")


def _score(phase: Phase, members: list[Practice]) -> str | None:
    """Return the division, only if it gives the score that the report shows.

    The weights can be set in the lifecycle file; where they differ, no false sum is printed.
    """
    judged = [item for item in members if item.status not in (*_SKIPPED, "unknown")]
    total = sum(_WEIGHTS.get(item.role, 1) for item in judged)
    earned = sum(_WEIGHTS.get(item.role, 1) * _EARNS.get(item.status, 0.0) for item in judged)
    if not total or phase.score != round(100 * earned / total):
        return None
    return f"{earned:g} of {total} weighted points = {phase.score}/100"
