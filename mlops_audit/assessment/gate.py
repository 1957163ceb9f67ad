"""The gate: whether CI should fail, and one sentence for each cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mlops_audit.assessment.model import Finding, Gate, Maturity, Phase, Practice
from mlops_audit.assessment.snapshot import Snapshot
from mlops_audit.rules.model import Status, Verdict

#: Rules that are named one by one, and places that are named for each.
_RULES = 8
_PLACES = 3
_NAMES = 4
_RANKS: Mapping[str, tuple[str, ...]] = {
    "error": ("error",),
    "warning": ("error", "warning"),
    "never": (),
}
_MET = "met"
#: A practice with one of these statuses is not asked of the repository.
_NOTHING_TO_DO = ("not-applicable",)
_STATUS_WORDS = {
    "partial": "only partly met",
    "unmet": "not met",
    "contradicted": "contradicted",
    "unknown": "not to be seen from here, which is no pass",
    "not-due": "not judged for this kind of repository (`kind` in the configuration says which)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions:
    """The conditions under which the gate fails."""

    fail_on: str = "never"  # error | warning | never
    min_level: int | None = None
    min_score: int | None = None
    #: Lowest score by phase.
    phase_scores: Mapping[str, int] = field(default_factory=dict)
    #: Practices that must be met.
    require: tuple[str, ...] = ()
    #: Points by which the score may fall.
    max_drop: int | None = None
    #: Whether a practice that was met must stay so.
    keep_practices: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the gate looks at."""

    maturity: Maturity
    phases: Sequence[Phase]
    practices: Sequence[Practice]
    findings: Sequence[Finding]
    verdicts: Sequence[Verdict]
    #: What is compared with, if anything.
    before: Snapshot | None = None
    #: Whether only what is new in comparison counts.
    by_change: bool = False


def decide(options: GateOptions, judged: Judged) -> Gate:
    """Return the verdict of the gate."""
    reasons = [
        *_findings(options, judged),
        *_level(options, judged),
        *_scores(options, judged),
        *_required(options, judged),
        *_regressions(options, judged),
        *_drop(options, judged),
    ]
    broken = sorted(item.rule.id for item in judged.verdicts if item.status is Status.ERROR)
    if broken and options.fail_on != "never":
        reasons.append(
            f"Rules that could not be judged: {', '.join(broken)};"
            f" `mlops-audit explain {broken[0]}` shows their queries."
        )
    return Gate(passed=not reasons, reasons=tuple(reasons))


def place(finding: Finding) -> str:
    """Return where a finding is, '' for the repository as a whole."""
    if finding.path is None:
        return ""
    if finding.cell is not None:
        inside = f" line {finding.line}" if finding.line else ""
        return f"{finding.path} cell {finding.cell + 1}{inside}"
    return f"{finding.path}:{finding.line}" if finding.line else finding.path


def _findings(options: GateOptions, judged: Judged) -> list[str]:
    ranks = _RANKS[options.fail_on]
    by_rule: dict[str, list[Finding]] = {}
    for finding in judged.findings:
        counts = finding.severity in ranks and finding.suppressed is None
        if counts and not (judged.by_change and finding.new is False):
            by_rule.setdefault(finding.rule, []).append(finding)
    new = "New: " if judged.by_change else ""
    reasons = []
    for rule, found in list(by_rule.items())[:_RULES]:
        places = [text for text in map(place, found) if text]
        where = f" ({_some(places, _PLACES)})" if places else ""
        reasons.append(
            f"{new}{found[0].name}{where}: {found[0].severity};"
            f" `mlops-audit explain {rule}` says why and how to mend it."
        )
    rest = sum(map(len, list(by_rule.values())[_RULES:]))
    if rest:
        word = "finding" if rest == 1 else "findings"
        reasons.append(
            f"{rest} more {word} of severity {' or '.join(ranks)};"
            " `mlops-audit --output-format full` lists all of them."
        )
    return reasons


def _level(options: GateOptions, judged: Judged) -> list[str]:
    maturity = judged.maturity
    if maturity.level is None or maturity.level >= (options.min_level or 0):
        return []
    held = maturity.held_back_by
    by = f", held back by {_some(held, _NAMES)}" if held else ""
    more = f" `mlops-audit explain {held[0]}` says what is asked." if held else ""
    return [f"The level is {maturity.level}; at least {options.min_level} is asked{by}.{more}"]


def _scores(options: GateOptions, judged: Judged) -> list[str]:
    reasons = []
    score = judged.maturity.score
    if options.min_score is not None and (score or 0) < options.min_score:
        has = "There is no score" if score is None else f"The score is {score}"
        reasons.append(
            f"{has}; at least {options.min_score} is asked."
            " `mlops-audit --output-format full` lists what is missing."
        )
    for phase in judged.phases:
        least = options.phase_scores.get(phase.id)
        # A phase that is not due has no score, and nothing is asked of it.
        if least is not None and phase.score is not None and phase.score < least:
            reasons.append(
                f"{phase.title} scores {phase.score}; at least {least} is asked."
                f" `mlops-audit --select {phase.id} --output-format full` lists what is missing."
            )
    return reasons


def _required(options: GateOptions, judged: Judged) -> list[str]:
    by_id = {item.id: item for item in judged.practices}
    return [
        f"Required and {_STATUS_WORDS.get(item.status, item.status)}: {item.title}"
        f" ({_sentence(item.reason)}). `mlops-audit explain {name}` says what is asked."
        for name in options.require
        if (item := by_id[name]).status not in (_MET, *_NOTHING_TO_DO)
    ]


def _regressions(options: GateOptions, judged: Judged) -> list[str]:
    if not options.keep_practices or judged.before is None:
        return []
    return [
        f"Met in {judged.before.label} and now {_STATUS_WORDS.get(item.status, item.status)}:"
        f" {item.title} ({_sentence(item.reason)}). `mlops-audit explain {item.id}` says what is"
        " asked."
        for item in _fallen(judged)
    ]


def _drop(options: GateOptions, judged: Judged) -> list[str]:
    before, now = judged.before, judged.maturity.score
    if options.max_drop is None or before is None or before.score is None or now is None:
        return []
    if before.score - now <= options.max_drop:
        return []
    fallen = [item.id for item in _fallen(judged)]
    because = f": {_some(fallen, _NAMES)} no longer met" if fallen else ""
    more = "`mlops-audit diff` shows what changed." if before.practices else ""
    return [
        f"The score fell from {before.score} in {before.label} to {now}, by more than"
        f" {options.max_drop}{because}. {more}".rstrip()
    ]


def _fallen(judged: Judged) -> list[Practice]:
    met = {item.id for item in (judged.before.practices if judged.before else ())
           if item.status == _MET}  # fmt: skip
    return [
        item for item in judged.practices
        if item.id in met and item.status not in (_MET, *_NOTHING_TO_DO, "not-due")
    ]  # fmt: skip


def _sentence(text: str) -> str:
    return text.rstrip(".")


def _some(names: Sequence[str], most: int) -> str:
    rest = len(names) - most
    shown = ", ".join(names[:most])
    return f"{shown} and {rest} more" if rest > 0 else shown
