"""What changed between two audits: for the terminal, as Markdown, HTML and JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from mlops_audit.assessment.difference import Difference, PracticeChange, Step
from mlops_audit.reports.markdown import text
from mlops_audit.reports.places import place_text
from mlops_audit.reports.words import STATUS_WORDS, plural
from mlops_audit.text import visible

if TYPE_CHECKING:
    from mlops_audit.reports.terminal import Printer

TITLES = {
    "fell": "Fell",
    "rose": "Rose",
    "appeared": "Newly asked",
    "went": "No longer asked",
    "moved": "Same verdict, other findings",
}
_STYLES = {"fell": "bold red", "rose": "bold green"}
_SHOWN = 10
_CSS = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1f24;background:#fff}h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem}"
    "li{margin:.2rem 0}code{font-size:.9em}.fell{color:#a40e26}.rose{color:#116329}"
    "@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}"
    ".fell{color:#ff8182}.rose{color:#57d364}}"
)


def render_json(difference: Difference) -> str:
    """Return the difference as JSON."""
    data = {"schema_version": 1, **dataclasses.asdict(difference)}
    for change in data["practices"]:
        for name in ("evidence", "lost_evidence"):
            change[name] = [
                dict(zip(("path", "line", "cell", "message"), item, strict=True))
                for item in change[name]
            ]
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def render_markdown(difference: Difference) -> str:
    """Return the difference as Markdown."""
    lines = [f"## {text(difference.old)} → {text(difference.new)}", ""]
    lines += [f"- {text(line)}" for line in numbers(difference)]
    for direction, changes in grouped(difference):
        lines += ["", f"### {TITLES[direction]}", ""]
        for change in changes:
            lines.append(f"- **{text(change.title)}**: {text(verdict(change))}")
            lines += [f"  - {sign} {text(line)}" for sign, line in details(change)]
    return "\n".join(lines) + "\n"


def render_html(difference: Difference) -> str:
    """Return the difference as one self-contained page."""

    def safe(value: str) -> str:
        return escape(visible(value))

    title = f"{safe(difference.old)} → {safe(difference.new)}"
    body = ["<ul>", *(f"<li>{safe(line)}</li>" for line in numbers(difference)), "</ul>"]
    for direction, changes in grouped(difference):
        body += [f'<h2 class="{direction}">{TITLES[direction]}</h2>', "<ul>"]
        for change in changes:
            body.append(f"<li><b>{safe(change.title)}</b>: {safe(verdict(change))}<ul>")
            body += [f"<li>{sign} {safe(line)}</li>" for sign, line in details(change)]
            body.append("</ul></li>")
        body.append("</ul>")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_CSS}</style></head><body><h1>{title}</h1>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def print_difference(difference: Difference, out: Printer) -> None:
    """Print the difference."""
    out.line((f"{difference.old} → {difference.new}", "bold"))
    for line in numbers(difference):
        out.line(f"  {line}")
    for direction, changes in grouped(difference):
        out.line()
        out.line((TITLES[direction], _STYLES.get(direction, "bold")))
        for change in changes:
            out.line("  ", (change.title, "bold"), f": {verdict(change)}")
            for sign, line in details(change):
                out.line(f"    {sign} {line}")


def numbers(difference: Difference) -> Iterator[str]:
    """Yield what happened to level, scores and findings, one sentence each."""
    yield _step(difference.level)
    yield _step(difference.score)
    for phase in difference.phases:
        yield f"{_step(phase)}"
    yield (
        f"{plural(len(difference.appeared), 'finding')} appeared,"
        f" {plural(len(difference.gone), 'finding')} gone"
    )


def grouped(difference: Difference) -> Iterator[tuple[str, Sequence[PracticeChange]]]:
    """Yield the changes by direction, the bad news first."""
    for direction in TITLES:
        found = [item for item in difference.practices if item.direction == direction]
        if found:
            yield direction, found


def verdict(change: PracticeChange) -> str:
    """Return the verdict of then and now, with the reason of now."""
    words = [
        STATUS_WORDS[status].text.lower() if status in STATUS_WORDS else status
        for status in (change.before, change.after)
        if status
    ]
    moved = " → ".join(dict.fromkeys(words))
    reason = change.reason.rstrip(".")
    return f"{moved}; {reason}" if reason else moved


def details(change: PracticeChange) -> Iterator[tuple[str, str]]:
    """Yield evidence and findings that came (+) and went (−)."""
    for sign, evidence in (("+", change.evidence), ("−", change.lost_evidence)):
        for path, line, cell, message in evidence:
            place = place_text(path, line, cell)
            yield sign, f"evidence: {f'{place}: ' if place else ''}{message}"
    for sign, findings in (("+", change.appeared), ("−", change.gone)):
        for item in findings[:_SHOWN]:
            place = place_text(item.path, item.line, item.cell)
            said = item.message or item.name
            yield sign, f"finding: {f'{place}: ' if place else ''}{said} [{item.rule}]"
        if len(findings) > _SHOWN:
            yield sign, f"and {plural(len(findings) - _SHOWN, 'more finding')}"


def _step(step: Step) -> str:
    before, after = (("none" if v is None else str(v)) for v in (step.before, step.after))
    return f"{step.title}: {before}" if before == after else f"{step.title}: {before} → {after}"
