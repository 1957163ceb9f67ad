"""GitLab Code Quality: the widget of a merge request and the marks in its diff."""

import json
from typing import Any

from mlops_audit.assessment.model import Audit, Finding
from mlops_audit.reports.flat import location, open_findings, said

_SEVERITIES = {"error": "critical", "warning": "major", "note": "info"}


def render_gitlab(audit: Audit) -> str:
    """Return the open findings as a Code Quality report.

    GitLab compares the report with that of the target branch itself, so all of them are in it.
    """
    secure = {item.id for item in audit.practices if item.group == "security"}
    issues = [_issue(audit, item, secure=item.practice in secure) for item in open_findings(audit)]
    return json.dumps([item for item in issues if item], indent=2, ensure_ascii=True) + "\n"


def _issue(audit: Audit, finding: Finding, *, secure: bool) -> dict[str, Any] | None:
    found = location(audit, finding)
    if found is None:
        return None
    lines = {"begin": found.line or 1}
    if found.end_line is not None:
        lines["end"] = found.end_line
    return {
        "type": "issue",
        "check_name": finding.rule,
        "description": f"{finding.name}: {said(finding)}",
        "categories": ["Security" if secure else "Bug Risk"],
        "severity": _SEVERITIES[finding.severity],
        "fingerprint": finding.fingerprint,
        "location": {"path": found.path, "lines": lines},
    }
