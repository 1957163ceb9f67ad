"""From the verdicts of rules to the status of each practice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlops_audit.assessment.lifecycle import STRENGTH_ORDER, Lifecycle, PracticeSpec
from mlops_audit.rules.model import Expect, Status, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The status of one practice and what it rests on."""

    spec: PracticeSpec
    status: str
    reason: str
    strengths: tuple[str, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def strength(self) -> str | None:
        """The strongest proof found."""
        return self.strengths[-1] if self.strengths else None

    @property
    def applicable(self) -> bool:
        """Whether the practice takes part in levels and scores."""
        return self.status not in ("not-applicable", "not-due")


def counts(needs: str, strengths: Iterable[str]) -> bool:
    """Tell whether the strengths found satisfy the needed one (an observed trace proves any)."""
    wanted = STRENGTH_ORDER.index(needs)
    return any(STRENGTH_ORDER.index(strength) >= wanted for strength in strengths)


def judge_practices(
    lifecycle: Lifecycle, verdicts: Iterable[Verdict], kind: str, traits: Mapping[str, str]
) -> tuple[Judgement, ...]:
    """Fold rule verdicts into one judgement per practice, in lifecycle order.

    Args:
        lifecycle: phases, kinds and practices.
        verdicts: one per rule.
        kind: kind of the repository, a key of ``lifecycle.kinds``.
        traits: other traits of the repository with their reasons.
    """
    by_practice: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_practice[verdict.rule.practice].append(verdict)
    return tuple(
        _judge(lifecycle, spec, tuple(by_practice.get(spec.id, ())), kind, traits)
        for spec in lifecycle.practices
    )


def _judge(
    lifecycle: Lifecycle,
    spec: PracticeSpec,
    verdicts: tuple[Verdict, ...],
    kind: str,
    traits: Mapping[str, str],
) -> Judgement:
    strengths = _strengths(verdicts)

    def judgement(status: str, reason: str) -> Judgement:
        kept = strengths if status not in ("not-applicable",) else ()
        return Judgement(spec=spec, status=status, reason=reason, strengths=kept, verdicts=verdicts)

    kind_spec = lifecycle.kinds[kind]
    if spec.applies and kind not in spec.applies:
        return judgement("not-applicable", f"This is {_article(kind_spec.title)}.")
    for trait in spec.unless:
        if trait in traits and not strengths:
            return judgement("not-applicable", traits[trait])
    status, reason = _status(spec, verdicts, strengths)
    due = (
        spec.phase in kind_spec.due
        or spec.group in kind_spec.due_groups
        or spec.id in kind_spec.due_practices
    )
    if not due and status in ("unmet", "unknown", "contradicted"):
        return judgement(
            "not-due", f"Not asked of {_article(kind_spec.title)}; promotion would need it."
        )
    return judgement(status, reason)


def _article(title: str) -> str:
    words = {
        "Exploration only": "a repository that only explores",
        "Experimentation": "a repository that trains but serves nothing",
        "Library or tool": "a library or tool",
        "Not machine learning": "a repository without machine learning",
        "Production": "a repository that serves a model",
    }
    return words.get(title, title.lower())


def _strengths(verdicts: tuple[Verdict, ...]) -> tuple[str, ...]:
    found: set[str] = set()
    for verdict in verdicts:
        places = [place for place in verdict.evidence if place.strength]
        found.update(str(place.strength) for place in places)
        if verdict.status is Status.PASS and not places:
            found.add(verdict.rule.proves)
    return tuple(sorted(found & set(STRENGTH_ORDER), key=STRENGTH_ORDER.index))


def _status(
    spec: PracticeSpec, verdicts: tuple[Verdict, ...], strengths: tuple[str, ...]
) -> tuple[str, str]:
    if not verdicts:
        return "unknown", "No rule looks for it yet."
    judged = [item for item in verdicts if item.status is not Status.NOT_APPLICABLE]
    if not judged:
        return "not-applicable", verdicts[0].reason
    against = [
        item
        for item in judged
        if item.status is Status.FAIL and item.rule.severity in ("error", "warning")
    ]
    violations = [item for item in against if item.rule.expect is Expect.NONE]
    shortfalls = [item for item in against if item.rule.expect is Expect.EVERY]
    enough = counts(spec.needs, strengths)
    # A clean scan alone proves a practice only where the practice is a prohibition; otherwise a
    # positive proof must exist, so passing `none` rules lend nothing beyond what they `prove`.
    if violations and strengths:
        positive = any(item.evidence for item in judged if item.rule.expect is not Expect.NONE)
        if positive:
            return "contradicted", violations[0].reason
        return "unmet", violations[0].reason
    if violations:
        return "unmet", violations[0].reason
    if enough and not shortfalls:
        return "met", _best(judged, strengths).reason
    if enough:
        return "partial", shortfalls[0].reason
    if strengths:
        strongest = strengths[-1]
        if strongest == "documented" and spec.needs != "documented":
            return "partial", f"Only documented; it counts from {spec.needs} on."
        return "partial", f"Evidence is {strongest}; it counts from {spec.needs} on."
    failing = [item for item in judged if item.status is Status.FAIL]
    if failing:
        return "unmet", failing[0].reason
    return "unknown", judged[0].reason


def _best(judged: list[Verdict], strengths: tuple[str, ...]) -> Verdict:
    def rank(verdict: Verdict) -> tuple[bool, int]:
        own = _strengths((verdict,))
        return verdict.status is Status.PASS, (
            max((STRENGTH_ORDER.index(item) for item in own), default=-1)
        )

    return max(judged, key=rank)
