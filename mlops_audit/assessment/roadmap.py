"""The shortest list of steps that lifts the level."""

from collections.abc import Sequence

from mlops_audit.assessment.level import level_of, missing_at
from mlops_audit.assessment.lifecycle import Lifecycle
from mlops_audit.assessment.model import Finding, RoadmapStep
from mlops_audit.assessment.practices import Judgement
from mlops_audit.rules.model import SEVERITIES, Status, Verdict

#: Steps shown at most.
STEPS = 10
#: What is in place needs nothing but a trace at the highest level.
_TRACE = (
    "It is in place; the highest level also asks for a trace that it happens. Keep one where the"
    " audit reads it: run logs, a pipeline lock, stored reports, tags or history."
)
_EFFORT = {"minutes": 0, "hours": 1, "days": 2}


def roadmap_of(
    lifecycle: Lifecycle, judgements: Sequence[Judgement], findings: Sequence[Finding], kind: str
) -> tuple[RoadmapStep, ...]:
    """Order what is missing by gain per effort: open gates first, then the lowest phase.

    Exploration never holds a level back, so its steps come after those that lift it. What only
    people can attest comes last, and is not asked of a repository that only explores.
    """
    candidates: list[tuple[tuple[int, bool, int, int, str], Judgement, int]] = []
    for phase, _ in lifecycle.phases:
        own = [item for item in judgements if item.spec.phase == phase and item.applicable]
        level = level_of(own, lifecycle)
        if level is None:
            continue
        target = min(level + 1, max(lifecycle.levels))
        for item in missing_at(own, lifecycle, target):
            if not item.verdicts:
                continue
            by_word = _lead(item).status is Status.MANUAL
            if by_word and kind == "exploration":
                continue
            gate = item.spec.role == "gate"
            last = phase == "exploration" and not gate
            turn = 0 if gate else 1 + level + (len(lifecycle.levels) if last else 0)
            order = (turn, by_word, item.spec.level, _effort(item), item.spec.id)
            candidates.append((order, item, target))
    candidates.sort(key=lambda each: each[0])
    by_rule = {finding.rule: finding for finding in reversed(findings)}
    return tuple(
        _step(number, item, target, by_rule, lifecycle)
        for number, (_, item, target) in enumerate(candidates[:STEPS], start=1)
    )


def _lead(item: Judgement) -> Verdict:
    """The verdict to act on first: the gravest failing rule, the cheapest of them."""
    return min(
        item.verdicts,
        key=lambda verdict: (
            verdict.status is not Status.FAIL,
            verdict.status is Status.NOT_APPLICABLE,
            SEVERITIES.index(verdict.rule.severity),
            _EFFORT[verdict.rule.effort],
            verdict.rule.id,
        ),
    )


def _effort(item: Judgement) -> int:
    return _EFFORT[_lead(item).rule.effort]


def _step(
    number: int,
    item: Judgement,
    target: int,
    by_rule: dict[str, Finding],
    lifecycle: Lifecycle,
) -> RoadmapStep:
    verdict = _lead(item)
    finding = by_rule.get(verdict.rule.id)
    title = dict(lifecycle.phases)[item.spec.phase]
    gain = (
        "Opens the security gate."
        if item.spec.role == "gate"
        else f"Needed for level {target} in {title}."
    )
    return RoadmapStep(
        position=number,
        practice=item.spec.id,
        phase=item.spec.phase,
        title=item.spec.title,
        lifts_to=target,
        gain=gain,
        effort=verdict.rule.effort,
        first_step=_TRACE if item.status == "met" else verdict.rule.fix.strip().split("\n\n")[0],
        rule=verdict.rule.id,
        path=finding.path if finding else None,
        line=finding.line if finding else None,
    )
