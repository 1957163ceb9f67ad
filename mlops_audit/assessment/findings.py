"""Findings and evidence with their excerpts."""

from collections.abc import Sequence
from typing import Protocol

from mlops_audit.assessment.identity import Identities
from mlops_audit.assessment.model import Evidence, Excerpt, Finding
from mlops_audit.assessment.practices import Judgement
from mlops_audit.rules.model import Expect, Place, Status, Verdict


class ReadLines(Protocol):
    """Gives the lines of places."""

    def __call__(self, path: str, cell: int | None = None) -> Sequence[str] | None:
        """Return the lines of a file, or of its cell with that index; None if there are none."""

    def file_line(self, path: str, cell: int, line: int) -> int | None:
        """Return the line of the file that holds the line of a cell, None if it is unknown."""


class NoLines:
    """Gives no lines: for audits of which no place is shown."""

    def __call__(self, path: str, cell: int | None = None) -> None:
        """Give nothing."""

    def file_line(self, path: str, cell: int, line: int) -> None:
        """Give nothing."""


#: Evidence shown for one practice; the total is always given.
SHOWN_EVIDENCE = 12
#: Lines of context around a place.
CONTEXT = 2
#: Characters of a line that tell which finding it is.
_IDENTITY_WIDTH = 1_000

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


def build_findings(
    verdicts: Sequence[Verdict], read_lines: ReadLines, *, excerpts: bool = True
) -> tuple[Finding, ...]:
    """Turn the complaints of failing rules into findings, most severe first."""
    found: list[Finding] = []
    identities = Identities()
    for verdict in verdicts:
        if verdict.status is not Status.FAIL:
            continue
        rule = verdict.rule
        places = verdict.complaints or (_nowhere(verdict.reason),)
        for place in places:
            known = identities.of(
                rule.id,
                place.path,
                subject=place.subject,
                message=place.message,
                text=_text_at(place, read_lines),
                whole=rule.expect is Expect.SOME,
            )
            line, end_line = _in_file(place, read_lines)
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
                    fingerprint=known.fingerprint,
                    effort=rule.effort,
                    remediation=rule.fix,
                    snippet=excerpt(place, read_lines) if excerpts else None,
                    content=known.content,
                    file_line=line,
                    file_end_line=end_line,
                )
            )
    rank = {"error": 0, "warning": 1, "note": 2}
    found.sort(
        key=lambda f: (rank[f.severity], f.rule, f.path or "", f.cell or 0, f.line or 0, f.message)
    )
    return tuple(found)


def _text_at(place: Place, read_lines: ReadLines) -> str:
    """Return the line at a place, '' if there is none; a secret in it is nobody's to keep."""
    from mlops_audit.text import mask_secrets

    if place.path is None or place.line is None:
        return ""
    lines = read_lines(place.path, place.cell)
    if not lines or not 0 < place.line <= len(lines):
        return ""
    return mask_secrets(lines[place.line - 1][:_IDENTITY_WIDTH])


def _in_file(place: Place, read_lines: ReadLines) -> tuple[int | None, int | None]:
    """Return the lines of the file itself, which for a cell of a notebook are those of the JSON."""
    if place.path is None or place.cell is None:
        return place.line, place.end_line
    first = read_lines.file_line(place.path, place.cell, place.line or 1)
    if first is None or place.end_line is None:
        return first, None
    last = read_lines.file_line(place.path, place.cell, place.end_line)
    return first, None if last is None else max(first, last)


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
