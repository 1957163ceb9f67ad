"""Levels and scores, by the arithmetic that `rules/lifecycle.yaml` parametrises."""

from collections.abc import Callable, Iterable, Sequence

from mlops_audit.assessment.lifecycle import Lifecycle
from mlops_audit.assessment.practices import Judgement, counts

Counts = Callable[[Judgement], bool]


def evidenced(item: Judgement) -> bool:
    """The headline reading: the practice is met."""
    return item.status == "met"


def optimistic(item: Judgement) -> bool:
    """The high end of the range: what could not be seen is assumed to be there."""
    return item.status in ("met", "unknown")


def claimed(item: Judgement) -> bool:
    """Everything that is at least written down counts."""
    return item.status in ("met", "partial", "contradicted") and bool(item.strengths)


def proven(item: Judgement) -> bool:
    """Only what traces prove counts; documents are proven by being there."""
    if item.status != "met":
        return False
    return item.spec.needs == "documented" or counts("observed", item.strengths)


def level_of(
    judgements: Iterable[Judgement], lifecycle: Lifecycle, holds: Counts = evidenced
) -> int | None:
    """Return the highest level whose practices, and those below, count; None if none applies."""
    applicable = [item for item in judgements if item.applicable]
    if not applicable:
        return None
    top = max(lifecycle.levels)
    reached = 0
    for level in range(1, top + 1):
        if missing_at(applicable, lifecycle, level, holds):
            break
        if not any(holds(item) for item in applicable):
            break
        reached = level
    return reached


def missing_at(
    applicable: Sequence[Judgement], lifecycle: Lifecycle, level: int, holds: Counts = evidenced
) -> list[Judgement]:
    """Return the practices that keep `level` from being reached; empty when it is reached."""
    due = [item for item in applicable if item.spec.level <= level]
    core = [item for item in due if item.spec.role in ("core", "gate")]
    supporting = [item for item in due if item.spec.role == "supporting"]
    missing = [item for item in core if not holds(item)]
    if level == max(lifecycle.levels) and holds is evidenced:
        missing += [
            item
            for item in core
            if holds(item) and item.spec.needs != "documented" and "observed" not in item.strengths
        ]
    absent = [item for item in supporting if not holds(item)]
    if len(supporting) < lifecycle.supporting_few:
        too_many = len(absent) > 1
    else:
        too_many = len(supporting) - len(absent) < lifecycle.supporting_share * len(supporting)
    if too_many:
        missing += absent
    return missing


def score_of(
    judgements: Iterable[Judgement], lifecycle: Lifecycle
) -> tuple[int, tuple[int, int]] | None:
    """Return (score, (low, high)), each 0–100, weighted by role; None if nothing is judged.

    A practice earns 1 when met, ½ when partial, ¼ when contradicted. An unknown one earns nothing
    in the score and in its low bound, and counts as met in the high bound, so that nothing rises
    because something could not be read.
    """
    weights = lifecycle.severity_weights
    by_role = {"gate": weights["error"], "core": weights["error"], "supporting": weights["note"]}
    earned = total = unknown = 0.0
    for item in judgements:
        if not item.applicable:
            continue
        weight = float(by_role[item.spec.role])
        total += weight
        if item.status == "unknown":
            unknown += weight
        earned += weight * {"met": 1.0, "partial": 0.5, "contradicted": 0.25}.get(item.status, 0.0)
    if not total:
        return None
    low = round(100 * earned / total)
    return low, (low, round(100 * (earned + unknown) / total))
