"""The summary on the terminal: the level, what holds it back, and what to do next."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from mlops_audit.assessment.model import Audit, Finding, Phase
from mlops_audit.reports.places import place_text
from mlops_audit.reports.projects import project_rows
from mlops_audit.reports.words import (
    SEVERITY_WORDS,
    level_name,
    plural,
    span,
)
from mlops_audit.text import visible

if TYPE_CHECKING:
    from rich.console import Console

_BAR = 12
_PROJECTS = 12
_PHASE_STYLES = {None: "dim", 0: "red", 1: "yellow", 2: "yellow", 3: "green", 4: "green"}
_SEVERITY_STYLES = {"error": "red", "warning": "yellow", "note": "cyan"}


def make_console(stream: TextIO, environment: Mapping[str, str]) -> Console:
    """Return a console that is plain on a pipe, under NO_COLOR and in CI."""
    from rich.console import Console  # costs 60 ms, which `--help` must not pay

    plain = bool(environment.get("NO_COLOR") or environment.get("CI"))
    plain = plain or not stream.isatty()
    return Console(
        file=stream,
        force_terminal=False if plain else None,
        no_color=plain or None,
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=True,
    )


def print_summary(audit: Audit, written: Sequence[Path], *, to_stderr: bool = False) -> None:
    """Print the summary to stdout, or to stderr when a report goes to stdout."""
    console = make_console(sys.stderr if to_stderr else sys.stdout, os.environ)
    render_console(audit, console, report=", ".join(map(str, written)) or None)


def render_console(audit: Audit, console: Console, *, report: str | None = None) -> None:
    """Print the summary; `report` is where the full report was written."""
    unicode = "utf" in (console.encoding or "").lower()
    printer = _Printer(console, unicode=unicode)
    _headline(audit, printer)
    _phases(audit, printer)
    _projects(audit, printer)
    _next_steps(audit, printer)
    _totals(audit, printer, report)


class _Printer:
    """Prints one line of styled parts; nothing is ever parsed as markup."""

    def __init__(self, console: Console, *, unicode: bool) -> None:
        self._console = console
        self.unicode = unicode

    def line(self, *parts: str | tuple[str, str]) -> None:
        from rich.text import Text

        text = Text()
        for part in parts:
            content, style = (part, "") if isinstance(part, str) else part
            content = visible(content)
            if not self.unicode:
                content = content.replace("–", "-").replace("·", "-").replace("→", "->")
                content = content.replace("…", "...").encode("ascii", "replace").decode()
            text.append(content, style=style)
        self._console.print(text, soft_wrap=True, highlight=False)


def _headline(audit: Audit, out: _Printer) -> None:
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


def _phases(audit: Audit, out: _Printer) -> None:
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


def _projects(audit: Audit, out: _Printer) -> None:
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


def _next_steps(audit: Audit, out: _Printer) -> None:
    if not audit.roadmap:
        return
    out.line()
    out.line(("Next steps", "bold"))
    for step in audit.roadmap[:3]:
        place = place_text(step.path, step.line, None)
        out.line(f"  {step.position}. ", (step.title, "bold"), f" ({step.effort}; {step.gain})")
        out.line(f"     {' '.join(step.first_step.split())}")
        if place:
            out.line("     ", (place, "cyan"))


def _totals(audit: Audit, out: _Printer, report: str | None) -> None:
    out.line()
    open_ones = [finding for finding in audit.findings if finding.suppressed is None]
    out.line("Findings: ", *_severities(open_ones), _suppressed(audit, open_ones))
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


def _severities(findings: list[Finding]) -> list[str | tuple[str, str]]:
    if not findings:
        return ["none"]
    parts: list[str | tuple[str, str]] = []
    for severity, word in SEVERITY_WORDS.items():
        count = sum(1 for finding in findings if finding.severity == severity)
        if count:
            parts += [", "] if parts else []
            parts.append((plural(count, word.text.lower()), _SEVERITY_STYLES[severity]))
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
