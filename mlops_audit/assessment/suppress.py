"""Which findings somebody has answered: comments in the files, waivers and overrides of paths.

Nothing is removed: an answered finding stays in the report with the reason, it only counts no more
for the gate. What answers nothing any more is reported too.
"""

import datetime
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from mlops_audit.assessment.model import Finding, Suppression, SuppressionUse
from mlops_audit.repository.globs import PathGlob
from mlops_audit.rules.model import Status, Verdict

_JUDGED = frozenset({Status.PASS, Status.FAIL, Status.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A dated decision of the configuration to live with findings."""

    rules: tuple[str, ...]  # rules or practices
    reason: str
    owner: str = ""
    paths: tuple[str, ...] = ()
    until: datetime.date | None = None
    origin: str = ""
    line: int | None = None
    #: Whether it is a rule of the house, which may well have nothing to do.
    standing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Other severities below some paths."""

    paths: tuple[str, ...]
    severity: Mapping[str, str]
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """All that answers findings, and what is needed to tell whether it counts."""

    waivers: Sequence[Waiver] = ()
    overrides: Sequence[Override] = ()
    #: Names that a comment may use: rules and practices.
    known: Collection[str] = field(default_factory=frozenset)
    today: datetime.date | None = None


@dataclass(slots=True)
class _Answer:
    use: SuppressionUse
    globs: tuple[PathGlob, ...] = ()
    first: int | None = None
    last: int | None = None
    whole: bool = True
    standing: bool = False
    count: int = 0

    def covers(self, finding: Finding) -> bool:
        if finding.rule not in self.use.rules and finding.practice not in self.use.rules:
            return False
        if self.use.by == "config":
            path = finding.path
            return not self.globs or (path is not None and any(g.covers(path) for g in self.globs))
        if finding.path != self.use.path:
            return False
        return self.whole or (finding.cell == self.use.cell and self._overlaps(finding))

    def _overlaps(self, finding: Finding) -> bool:
        if finding.line is None:
            return finding.cell is not None
        last = finding.end_line or finding.line
        return finding.line <= (self.last or 0) and last >= (self.first or 0)


def answer(
    findings: Sequence[Finding],
    connection: sqlite3.Connection,
    verdicts: Sequence[Verdict],
    answers: Answers,
) -> tuple[tuple[Finding, ...], tuple[SuppressionUse, ...]]:
    """Return the findings with what answers them, and what became of each answer."""
    findings = _with_severities(findings, answers.overrides)
    judged = {name for item in verdicts if item.status in _JUDGED for name in _names(item)}
    found = [*_comments(connection, answers), *_waivers(answers)]
    active = [item for item in found if not item.use.state]
    answered = []
    for finding in findings:
        taken = next((item for item in active if item.covers(finding)), None)
        if taken is not None:
            taken.count += 1
            given = Suppression(by=taken.use.by, reason=_reason(taken.use))
            finding = replace(finding, suppressed=given)
        answered.append(finding)
    return tuple(answered), tuple(_result(item, judged) for item in found)


def _names(verdict: Verdict) -> tuple[str, str]:
    return verdict.rule.id, verdict.rule.practice


def _reason(use: SuppressionUse) -> str:
    by = f" ({use.owner})" if use.owner else ""
    until = f", until {use.until}" if use.until else ""
    return f"{use.reason}{by}{until}"


def _result(item: _Answer, judged: Collection[str]) -> SuppressionUse:
    state = item.use.state
    if not state and item.count:
        state = "used"
    elif not state:
        all_judged = set(item.use.rules) <= set(judged)
        state = "unused" if all_judged and not item.standing else "idle"
    return replace(item.use, state=state, findings=item.count)


def _comments(connection: sqlite3.Connection, answers: Answers) -> list[_Answer]:
    rows = connection.execute(
        "SELECT path, cell, line, first_line, last_line, rules, reason, until, problem"
        " FROM suppression ORDER BY path, cell, line, rules, reason"
    )
    found = []
    for path, cell, line, first, last, rules, reason, until, problem in rows:
        names = tuple(rules.split())
        problem = problem or _stranger(names, answers.known)
        day: datetime.date | None = None
        if until and not problem:
            try:
                day = datetime.date.fromisoformat(until)
            except ValueError:
                problem = f"names {until}, which is no day"
        use = SuppressionUse(
            by="inline",
            path=path,
            line=line,
            cell=cell,
            rules=names,
            paths=(),
            reason=reason,
            owner="",
            until=until,
            state="invalid" if problem else _expiry(day, answers.today),
            problem=problem,
            findings=0,
        )
        found.append(_Answer(use, first=first, last=last, whole=first is None))
    return found


def _stranger(names: Sequence[str], known: Collection[str]) -> str:
    for name in names:
        if known and name not in known:
            near = get_close_matches(name, sorted(known), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            return f"names {name}, which is no rule{hint}"
    return ""


def _waivers(answers: Answers) -> list[_Answer]:
    return [
        _Answer(
            SuppressionUse(
                by="config",
                path=waiver.origin,
                line=waiver.line,
                cell=None,
                rules=waiver.rules,
                paths=waiver.paths,
                reason=waiver.reason,
                owner=waiver.owner,
                until="" if waiver.until is None else waiver.until.isoformat(),
                state=_expiry(waiver.until, answers.today),
                problem="",
                findings=0,
            ),
            globs=tuple(PathGlob(pattern) for pattern in waiver.paths),
            standing=waiver.standing,
        )
        for waiver in answers.waivers
    ]


def _expiry(day: datetime.date | None, today: datetime.date | None) -> str:
    return "expired" if day is not None and today is not None and day < today else ""


def _with_severities(
    findings: Sequence[Finding], overrides: Sequence[Override]
) -> Sequence[Finding]:
    if not overrides:
        return findings
    compiled = [(tuple(PathGlob(p) for p in item.paths), item.severity) for item in overrides]
    found = []
    for finding in findings:
        for globs, severity in compiled:
            path = finding.path
            wanted = severity.get(finding.rule) or severity.get(finding.practice)
            if wanted and path is not None and any(glob.covers(path) for glob in globs):
                finding = replace(finding, severity=wanted)
        found.append(finding)
    return found
