"""What the formats for other programs share: where a finding is, and in which order they come."""

from collections.abc import Iterable
from typing import NamedTuple

from mlops_audit.assessment.model import Audit, Finding
from mlops_audit.text import visible

_RANK = {"error": 0, "warning": 1, "note": 2}
EFFORT_MINUTES = {"minutes": 15, "hours": 120, "days": 960}


class Location(NamedTuple):
    """A place in the git repository, in lines of the file as it is stored."""

    path: str
    line: int | None
    end_line: int | None


def location(audit: Audit, finding: Finding) -> Location | None:
    """Return where a finding is; what concerns the whole repository is at its README.

    None if there is no file at all that could stand for the repository.
    """
    path, line, end = finding.path, finding.file_line, finding.file_end_line
    if path is None:
        path, line, end = audit.repository.anchor, None, None
    if path is None:
        return None
    prefix = audit.repository.prefix
    if line is not None and end is not None and end < line:
        end = None
    return Location(f"{prefix}/{path}" if prefix else path, line, end)


def open_findings(audit: Audit) -> list[Finding]:
    """Return the findings that nobody has answered: new ones first, the gravest before others."""
    found = [finding for finding in audit.findings if finding.suppressed is None]
    return sorted(found, key=lambda item: (item.new is False, _RANK[item.severity]))


def counting(audit: Audit) -> list[Finding]:
    """Return the findings that are held against a change: with a base only the new ones."""
    by_change = audit.comparison is not None and audit.comparison.by == "base"
    return [item for item in open_findings(audit) if not (by_change and item.new is False)]


def said(finding: Finding) -> str:
    """Return the complaint with the place inside a notebook, which no line number shows."""
    message = visible(finding.message)
    if finding.cell is None:
        return message
    inside = f", line {finding.line}" if finding.line else ""
    return f"{message} (cell {finding.cell + 1}{inside})"


def by_rule(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Return findings by rule, in their order."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.rule, []).append(finding)
    return found
