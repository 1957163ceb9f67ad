"""Findings and evidence with their excerpts."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence

from mlops_audit.assessment.model import Evidence, Excerpt, Finding
from mlops_audit.assessment.practices import Judgement
from mlops_audit.rules.engine import fingerprint
from mlops_audit.rules.model import Place, Status, Verdict

#: Gives the lines of a file, or of the cell with that index, or None.
ReadLines = Callable[[str, int | None], Sequence[str] | None]

#: Evidence shown for one practice; the total is always given.
SHOWN_EVIDENCE = 12
#: Lines of context around a place.
CONTEXT = 2

_LANGUAGES = {
    ".py": "python",
    ".yml": "yaml",
    ".yaml": "yaml",
    ".toml": "toml",
    ".json": "json",
    ".md": "markdown",
    ".sh": "bash",
    ".tf": "terraform",
    ".r": "r",
    ".sql": "sql",
}


def no_lines(path: str, cell: int | None) -> None:
    """Give no lines: for audits of which no excerpt is shown."""


def build_findings(
    connection: sqlite3.Connection, verdicts: Sequence[Verdict], read_lines: ReadLines
) -> tuple[Finding, ...]:
    """Turn the complaints of failing rules into findings, most severe first."""
    found: list[Finding] = []
    seen: Counter[tuple[str, str | None, str]] = Counter()
    for verdict in verdicts:
        if verdict.status is not Status.FAIL:
            continue
        rule = verdict.rule
        places = verdict.complaints or (_nowhere(verdict.reason),)
        for place in places:
            subject = place.subject or place.message
            key = (rule.id, place.path, subject)
            mark = fingerprint(rule.id, place.path, subject, seen[key])
            seen[key] += 1
            found.append(
                Finding(
                    rule=rule.id,
                    name=rule.failure_title,
                    practice=rule.practice,
                    phase=rule.phase,
                    severity=rule.severity,
                    message=place.message,
                    path=place.path,
                    line=place.line,
                    end_line=place.end_line,
                    column=None,
                    cell=place.cell,
                    fingerprint=mark,
                    effort=rule.effort,
                    remediation=rule.fix,
                    snippet=excerpt(place, read_lines),
                )
            )
    rank = {"error": 0, "warning": 1, "note": 2}
    found.sort(
        key=lambda f: (rank[f.severity], f.rule, f.path or "", f.cell or 0, f.line or 0, f.message)
    )
    return tuple(found)


def build_evidence(item: Judgement, read_lines: ReadLines) -> tuple[tuple[Evidence, ...], int]:
    """Return the evidence shown for a practice, strongest first, and how many places there are."""
    order = {"observed": 0, "automated": 1, "implemented": 2, "documented": 3}
    places = [
        (order.get(str(place.strength), 4), verdict.rule.id, place)
        for verdict in item.verdicts
        for place in verdict.evidence
    ]
    places.sort(key=lambda each: (each[0], each[1], each[2].path or "", each[2].line or 0))
    shown = tuple(
        Evidence(
            rule=rule,
            path=place.path,
            line=place.line,
            cell=place.cell,
            message=place.message,
            strength=str(place.strength),
            snippet=excerpt(place, read_lines),
        )
        for _, rule, place in places[:SHOWN_EVIDENCE]
    )
    return shown, len(places)


def excerpt(place: Place, read_lines: ReadLines) -> Excerpt | None:
    """Return the lines around a place, with secrets masked; None if there are none to show."""
    from mlops_audit.text import mask_secrets, visible

    line = place.line if place.cell is None else place.line or 1
    if place.path is None or line is None:
        return None
    lines = read_lines(place.path, place.cell)
    if not lines or line > len(lines):
        return None
    first = max(1, line - CONTEXT)
    last = min(len(lines), (place.end_line or line), line + 6) + CONTEXT
    chosen = lines[first - 1 : min(last, len(lines))]
    dot = place.path.rfind(".")
    suffix = place.path[dot:].lower() if dot >= 0 else ""
    if place.cell is not None:
        suffix = ".py"
    return Excerpt(
        language=_LANGUAGES.get(suffix, "text"),
        first_line=first,
        lines=tuple(visible(mask_secrets(line[:240])) for line in chosen),
    )


def _nowhere(message: str) -> Place:
    return Place(
        path=None,
        line=None,
        end_line=None,
        cell=None,
        subject=None,
        ok=False,
        strength=None,
        message=message,
        data={},
    )
