"""The summary on the terminal: the level, what holds it back, and what to do next."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_audit.assessment.model import Audit, Finding, Phase, SuppressionUse
from mlops_audit.reports.listing import list_findings
from mlops_audit.reports.projects import project_rows
from mlops_audit.reports.terminal import SEVERITY_STYLES, Printer, make_console
from mlops_audit.reports.words import SEVERITY_WORDS, level_name, plural, span
from mlops_audit.text import visible

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["make_console", "print_summary", "render_console"]

_BAR = 12
_PROJECTS = 12
_PHASE_STYLES = {None: "dim", 0: "red", 1: "yellow", 2: "yellow", 3: "green", 4: "green"}


def print_summary(
    audit: Audit,
    written: Sequence[Path],
    *,
    to_stderr: bool = False,
    full: bool = False,
    root: Path | None = None,
    notes: Sequence[str] = (),
) -> None:
    """Print the summary to stdout, or to stderr when a report goes to stdout."""
    console = make_console(sys.stderr if to_stderr else sys.stdout, os.environ)
    report = ", ".join(map(str, written)) or None
    render_console(audit, console, report=report, full=full, root=root, notes=notes)


def render_console(
    audit: Audit,
    console: Console,
    *,
    report: str | None = None,
    full: bool = False,
    root: Path | None = None,
    notes: Sequence[str] = (),
) -> None:
    """Print the summary.

    Args:
        audit: what to sum up.
        console: where to print.
        report: where the full report was written.
        full: whether every finding is listed with its mend.
        root: the audited folder on disk, where places can be opened.
        notes: what else there is to tell.
    """
    unicode = "utf" in (console.encoding or "").lower()
    printer = Printer(console, unicode=unicode, root=root)
    _headline(audit, printer)
    _phases(audit, printer)
    _projects(audit, printer)
    if full:
        list_findings(audit, printer)
    _next_steps(audit, printer)
    _totals(audit, printer, report, notes)


def _headline(audit: Audit, out: Printer) -> None:
    repository, maturity = audit.repository, audit.maturity
    revision = f" @ {repository.revision[:10]}" if repository.revision else ""
    dirty = " (with uncommitted changes)" if repository.dirty else ""
    out.line(
        (repository.name, "bold"),
        f"{revision}{dirty} · {repository.kind}: ",
        repository.kind_reason,
    )
    out.line()
    if maturity.level is None:
        out.line((maturity.level_name, "bold"))
    else:
        bounds = span(maturity.level_range)
        out.line(
            (f"Level {maturity.level} of 4", "bold"),
            f" · {maturity.level_name or level_name(maturity.level)}",
            f" · range {bounds}" if bounds else "",
            f" · score {maturity.score}/100" if maturity.score is not None else "",
        )
        out.line(
            f"Claimed {_number(maturity.claimed)} · evidenced {maturity.level}"
            f" · proven {_number(maturity.proven)}"
        )
    if maturity.summary:
        out.line(maturity.summary)
    titles = {practice.id: practice.title for practice in audit.practices}
    if maturity.blocked:
        out.line(("Blocked by: ", "bold red"), _titles(maturity.blocked_by, titles))
    if maturity.held_back_by:
        out.line(("Held back by: ", "bold"), _titles(maturity.held_back_by, titles))


def _phases(audit: Audit, out: Printer) -> None:
    out.line()
    width = max((len(phase.title) for phase in audit.phases), default=0)
    for phase in audit.phases:
        style = _PHASE_STYLES.get(phase.level, "")
        met, judged = phase.counts.get("met", 0), _judged(phase)
        level = "not due" if phase.level is None else f"level {phase.level}"
        bounds = span(phase.level_range)
        score = "" if phase.score is None else f"{phase.score}"
        out.line(
            f"  {visible(phase.title):<{width}}  ",
            (_bar(phase.score, unicode=out.unicode), style),
            f" {score:>3}  ",
            (f"{level:<8}", style),
            f" {met} of {judged} met" if judged else " nothing judged",
            f" (level {bounds} possible)" if bounds else "",
        )


def _projects(audit: Audit, out: Printer) -> None:
    rows = project_rows(audit)
    if not rows:
        return
    out.line()
    out.line(("Projects", "bold"), f" ({len(audit.repository.projects)}, lowest level first)")
    width = min(40, max(len(visible(row.folder)) for row in rows))
    for row in rows[:_PROJECTS]:
        level = "no level" if row.level == "–" else f"level {row.level}"
        out.line(f"  {visible(row.folder):<{width}}  {level:<8}  {row.score:>3}  {row.kind}")
    if len(rows) > _PROJECTS:
        out.line(f"  and {len(rows) - _PROJECTS} more")


def _next_steps(audit: Audit, out: Printer) -> None:
    if not audit.roadmap:
        return
    out.line()
    out.line(("Next steps", "bold"))
    for step in audit.roadmap[:3]:
        out.line(f"  {step.position}. ", (step.title, "bold"), f" ({step.effort}; {step.gain})")
        if step.path:
            out.line("     ", out.place(step.path, step.line, None))
        out.line(f"     {' '.join(step.first_step.split())}")


def _totals(audit: Audit, out: Printer, report: str | None, notes: Sequence[str]) -> None:
    out.line()
    open_ones = [finding for finding in audit.findings if finding.suppressed is None]
    out.line("Findings: ", *_severities(open_ones), _suppressed(audit, open_ones))
    _compared(audit, out)
    for item in audit.suppressions:
        if item.state in ("unused", "expired", "invalid"):
            out.line(("Suppression ", "yellow"), *_odd(item, out))
    for note in notes:
        out.line(note)
    if audit.repository.unread:
        count = plural(audit.repository.unread, "file")
        out.line((f"Not read: {count}; what they hold is unknown, never a pass", "yellow"))
    if audit.gate.passed:
        out.line("Gate: ", ("passed", "green"))
    else:
        out.line("Gate: ", ("failed", "bold red"))
        for reason in audit.gate.reasons:
            out.line(f"  - {reason}")
    if report:
        out.line("Report: ", (report, "bold"))


def _compared(audit: Audit, out: Printer) -> None:
    found = audit.comparison
    if found is None:
        return
    now, before = audit.maturity.score, found.score
    moved = now is not None and before is not None and now != before
    out.line(
        f"Since {found.against}: ",
        (f"{found.new} new", "bold red" if found.new else ""),
        f", {found.known} known, {len(found.gone)} gone",
        f", score {before} → {now}" if moved else "",
    )


def _odd(item: SuppressionUse, out: Printer) -> list[str | tuple[str, str]]:
    rules = ", ".join(item.rules)
    place = out.place(item.path, item.line, item.cell)
    if item.state == "invalid":
        return [place, f": does not count, it {item.problem}"]
    if item.state == "expired":
        return [place, f": [{rules}] counted until {item.until}"]
    return [place, f": [{rules}] answers no finding any more; take it out"]


def _severities(findings: list[Finding]) -> list[str | tuple[str, str]]:
    if not findings:
        return ["none"]
    parts: list[str | tuple[str, str]] = []
    for severity, word in SEVERITY_WORDS.items():
        count = sum(1 for finding in findings if finding.severity == severity)
        if count:
            parts += [", "] if parts else []
            parts.append((plural(count, word.text.lower()), SEVERITY_STYLES[severity]))
    return parts


def _suppressed(audit: Audit, open_ones: list[Finding]) -> str:
    count = len(audit.findings) - len(open_ones)
    return f" ({count:,} suppressed)" if count else ""


def _titles(ids: tuple[str, ...], titles: dict[str, str]) -> str:
    shown = ", ".join(titles.get(name, name) for name in ids[:5])
    rest = len(ids) - 5
    return f"{shown} and {rest} more" if rest > 0 else shown


def _judged(phase: Phase) -> int:
    skipped = ("not-due", "not-applicable")
    return sum(count for status, count in phase.counts.items() if status not in skipped)


def _number(value: int | None) -> str:
    return "–" if value is None else str(value)


def _bar(score: int | None, *, unicode: bool) -> str:
    full, empty = ("█", "░") if unicode else ("#", ".")
    filled = 0 if score is None else round(score * _BAR / 100)
    return full * filled + empty * (_BAR - filled)
