"""Practice cards: what the page shows of each practice, ready to be printed by the template."""

from collections.abc import Callable
from dataclasses import dataclass

from mlops_audit.assessment.model import Audit, Evidence, Excerpt, Finding, Practice, RuleResult
from mlops_audit.reports.markup import Line
from mlops_audit.reports.places import Linker, place_text
from mlops_audit.reports.words import (
    FRAMEWORK_WORDS,
    RESULT_WORDS,
    SEVERITY_WORDS,
    STATUS_WORDS,
    STRENGTH_ORDER,
    STRENGTH_WORDS,
    Word,
)

#: Beyond this many findings of a rule the page says how many more there are.
MAX_FINDINGS = 200
MAX_EVIDENCE = 20
#: Excerpts for each rule, and characters of excerpt for the whole page.
MAX_EXCERPTS = 5
EXCERPT_BUDGET = 60_000

Highlight = Callable[[Excerpt, int | None, int | None], tuple[Line, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the repository, and where it can be read on the web."""

    text: str
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One piece of evidence."""

    place: Place | None
    message: str
    strength: str
    code: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One finding inside its rule."""

    anchor: str
    place: Place | None
    message: str
    suppressed: str | None
    new: bool
    code: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBlock:
    """The findings of one rule, with what they share said once."""

    anchor: str
    rule: str
    name: str
    severity: str
    word: Word
    effort: str
    remedies: tuple[str, ...]
    rows: tuple[FindingRow, ...]
    total: int
    hidden: int
    suppressed: int
    ignore_line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung of the strength ladder."""

    word: str
    there: bool
    needed: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one rule said."""

    anchor: str  # empty where its findings have it
    rule: str
    title: str
    word: Word
    reason: str
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One practice."""

    practice: Practice
    phase_title: str
    word: Word
    severity: str
    ladder: tuple[Step, ...]
    evidence: tuple[EvidenceRow, ...]
    evidence_hidden: int
    blocks: tuple[RuleBlock, ...]
    findings: int
    decisions: tuple[Decision, ...]
    frameworks: tuple[tuple[str, str], ...]
    holds_back: bool


class CardMaker:
    """Builds the cards of one audit; keeps the page's excerpt budget."""

    def __init__(self, audit: Audit, link: Linker, highlight: Highlight) -> None:
        self._link = link
        self._highlight = highlight
        self._left = EXCERPT_BUDGET
        self._findings: dict[str, list[Finding]] = {}
        for finding in audit.findings:
            self._findings.setdefault(finding.practice, []).append(finding)
        self._results: dict[str, list[RuleResult]] = {}
        for result in audit.results:
            self._results.setdefault(result.practice, []).append(result)
        self._phases = {phase.id: phase.title for phase in audit.phases}
        self._holding = set(audit.maturity.held_back_by) | set(audit.maturity.blocked_by)
        self._anchors: set[str] = set()

    def card(self, practice: Practice) -> Card:
        """Return the card of a practice."""
        findings = self._findings.pop(practice.id, [])
        open_ones = [finding for finding in findings if finding.suppressed is None]
        return Card(
            practice=practice,
            phase_title=self._phases.get(practice.phase, practice.phase),
            word=STATUS_WORDS.get(practice.status, Word(practice.status, "unknown")),
            severity=next(
                (name for name in SEVERITY_WORDS if any(f.severity == name for f in open_ones)), ""
            ),
            ladder=_ladder(practice),
            blocks=self.blocks(findings),
            findings=len(open_ones),
            evidence=tuple(self._evidence(item) for item in practice.evidence[:MAX_EVIDENCE]),
            evidence_hidden=max(
                0, practice.evidence_total - min(len(practice.evidence), MAX_EVIDENCE)
            ),
            decisions=tuple(
                _decision(item, self._anchor(f"rule-{item.rule}"))
                for item in self._results.get(practice.id, ())
            ),
            frameworks=tuple(
                (FRAMEWORK_WORDS.get(name, name), items)
                for name, items in practice.frameworks.items()
            ),
            holds_back=practice.id in self._holding,
        )

    def leftovers(self) -> tuple[RuleBlock, ...]:
        """Return the findings of practices that have no card, so that none is lost."""
        rest = [finding for group in self._findings.values() for finding in group]
        self._findings.clear()
        return self.blocks(rest)

    def blocks(self, findings: list[Finding]) -> tuple[RuleBlock, ...]:
        """Return findings grouped by rule, in their order."""
        groups: dict[str, list[Finding]] = {}
        for finding in findings:
            groups.setdefault(finding.rule, []).append(finding)
        return tuple(self._block(rule, group) for rule, group in groups.items())

    def address(self, path: str | None, line: int | None) -> str | None:
        """Return where a place can be read on the web."""
        return self._link(path, line, None)

    def place(self, path: str | None, line: int | None, cell: int | None = None) -> Place | None:
        """Return a place with its link."""
        if path is None:
            return None
        return Place(text=place_text(path, line, cell), href=self._link(path, line, None))

    def _block(self, rule: str, findings: list[Finding]) -> RuleBlock:
        first = findings[0]
        shown = findings[:MAX_FINDINGS]
        remedies = tuple(dict.fromkeys(f.remediation for f in shown if f.remediation))
        return RuleBlock(
            anchor=self._anchor(f"rule-{rule}"),
            rule=rule,
            name=first.name,
            severity=first.severity,
            word=SEVERITY_WORDS.get(first.severity, Word(first.severity, "note")),
            effort=first.effort,
            remedies=remedies[:3],
            rows=tuple(self._row(item, number) for number, item in enumerate(shown)),
            total=len(findings),
            hidden=len(findings) - len(shown),
            suppressed=sum(1 for item in findings if item.suppressed),
            ignore_line=f'ignore = ["{rule}"]',
        )

    def _anchor(self, name: str) -> str:
        """Return the name for the first that asks for it, and nothing after that."""
        if name in self._anchors:
            return ""
        self._anchors.add(name)
        return name

    def _row(self, finding: Finding, number: int) -> FindingRow:
        code: tuple[Line, ...] = ()
        if number < MAX_EXCERPTS and finding.snippet is not None:
            code = self._code(finding.snippet, finding.line, finding.end_line)
        suppression = finding.suppressed
        return FindingRow(
            anchor=self._anchor(f"finding-{finding.fingerprint}"),
            place=self.place(finding.path, finding.line, finding.cell),
            message=finding.message,
            suppressed=None if suppression is None else f"{suppression.by}: {suppression.reason}",
            new=bool(finding.new),
            code=code,
        )

    def _evidence(self, item: Evidence) -> EvidenceRow:
        code = () if item.snippet is None else self._code(item.snippet, item.line, None)
        return EvidenceRow(
            place=self.place(item.path, item.line, item.cell),
            message=item.message,
            strength=STRENGTH_WORDS.get(item.strength, item.strength),
            code=code,
        )

    def _code(self, excerpt: Excerpt, first: int | None, last: int | None) -> tuple[Line, ...]:
        size = sum(len(line) + 30 for line in excerpt.lines)
        if size > self._left:
            return ()
        self._left -= size
        return self._highlight(excerpt, first, last)


def _ladder(practice: Practice) -> tuple[Step, ...]:
    ranks = [STRENGTH_ORDER.index(name) for name in practice.strengths]
    steps = []
    for rank, name in enumerate(STRENGTH_ORDER):
        there = name in practice.strengths
        needed = name == practice.required_strength
        # What runs by itself, or left traces, is also implemented.
        implied = needed and not there and any(found > rank for found in ranks)
        text = "implied" if implied else "there" if there else "missing" if needed else "not found"
        steps.append(
            Step(
                word=STRENGTH_WORDS[name],
                there=there or implied,
                needed=needed,
                text=f"needed, {text}" if needed else text,
            )
        )
    return tuple(steps)


def _decision(result: RuleResult, anchor: str) -> Decision:
    share = ""
    if result.total:
        share = f"{result.judged:,} of {result.total:,} places judged"
    return Decision(
        anchor=anchor,
        rule=result.rule,
        title=result.title,
        word=RESULT_WORDS.get(result.status, Word(result.status, "unknown")),
        reason=result.reason,
        share="" if share == result.reason else share,
    )
