"""What changed between two audits, by practice."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlops_audit.assessment.identity import match
from mlops_audit.assessment.snapshot import KnownFinding, KnownPractice, Snapshot

#: From worst to best; a practice with another status is not asked of the repository.
_ORDER = ("contradicted", "unmet", "unknown", "partial", "met")
DIRECTIONS = ("fell", "rose", "appeared", "went", "moved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A number of then and now."""

    id: str
    title: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeChange:
    """A practice whose verdict or evidence is another one."""

    id: str
    title: str
    phase: str
    #: fell | rose | appeared (is asked now) | went (is asked no more) | moved (other evidence)
    direction: str
    before: str | None
    after: str | None
    reason: str
    #: Places that speak for it now and did not, and the other way round: path, line, cell, message.
    evidence: tuple[tuple[str | None, int | None, int | None, str], ...]
    lost_evidence: tuple[tuple[str | None, int | None, int | None, str], ...]
    appeared: tuple[KnownFinding, ...]
    gone: tuple[KnownFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two audits side by side."""

    old: str
    new: str
    level: Step
    score: Step
    phases: tuple[Step, ...]
    practices: tuple[PracticeChange, ...]
    appeared: tuple[KnownFinding, ...]
    gone: tuple[KnownFinding, ...]


def difference(old: Snapshot, new: Snapshot) -> Difference:
    """Compare two audits; what is the same in both is left out."""
    matching = match(old.findings, new.findings)
    appeared = _by_practice(matching.appeared)
    gone = _by_practice(matching.gone)
    before = {item.id: item for item in old.practices}
    after = {item.id: item for item in new.practices}
    changes = []
    for name in {**after, **before, **appeared, **gone}:
        change = _change(
            name,
            before.get(name),
            after.get(name),
            appeared.get(name, ()),
            gone.get(name, ()),
        )
        if change is not None:
            changes.append(change)
    scores = {item.id: item.score for item in old.phases}
    changes.sort(key=lambda item: DIRECTIONS.index(item.direction))
    return Difference(
        old=old.label,
        new=new.label,
        level=Step(id="level", title="Level", before=old.level, after=new.level),
        score=Step(id="score", title="Score", before=old.score, after=new.score),
        phases=tuple(
            Step(id=item.id, title=item.title, before=scores.get(item.id), after=item.score)
            for item in new.phases
            if scores.get(item.id) != item.score
        ),
        practices=tuple(changes),
        appeared=matching.appeared,
        gone=matching.gone,
    )


def _by_practice(
    findings: tuple[KnownFinding, ...],
) -> Mapping[str, tuple[KnownFinding, ...]]:
    found: dict[str, tuple[KnownFinding, ...]] = {}
    for item in findings:
        name = item.practice or item.rule
        found[name] = (*found.get(name, ()), item)
    return found


def _change(
    name: str,
    before: KnownPractice | None,
    after: KnownPractice | None,
    appeared: tuple[KnownFinding, ...],
    gone: tuple[KnownFinding, ...],
) -> PracticeChange | None:
    direction = _direction(before, after)
    if direction is None and not appeared and not gone:
        return None
    known = after or before
    old = {_place(item) for item in before.evidence} if before else set()
    new = {_place(item) for item in after.evidence} if after else set()
    return PracticeChange(
        id=name,
        title=known.title if known else name,
        phase=known.phase if known else "",
        direction=direction or "moved",
        before=before.status if before else None,
        after=after.status if after else None,
        reason=after.reason if after else "",
        evidence=tuple(i for i in after.evidence if _place(i) not in old) if after else (),
        lost_evidence=tuple(i for i in before.evidence if _place(i) not in new) if before else (),
        appeared=appeared,
        gone=gone,
    )


def _direction(before: KnownPractice | None, after: KnownPractice | None) -> str | None:
    old, new = _rank(before), _rank(after)
    if old == new:
        return None
    if old is None:
        return "appeared"
    if new is None:
        return "went"
    return "rose" if new > old else "fell"


def _rank(practice: KnownPractice | None) -> int | None:
    if practice is None or practice.status not in _ORDER:
        return None
    return _ORDER.index(practice.status)


def _place(
    evidence: tuple[str | None, int | None, int | None, str],
) -> tuple[str | None, str]:
    """Return what tells evidence apart: lines move."""
    return evidence[0], evidence[3]
