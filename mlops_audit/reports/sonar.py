"""SonarQube generic issues, imported with `sonar.externalIssuesReportPaths`."""

import json
from typing import Any

from mlops_audit.assessment.model import Audit, Finding, RuleResult
from mlops_audit.reports.flat import EFFORT_MINUTES, location, open_findings, said
from mlops_audit.text import visible

_ENGINE = "mlops-audit"
_IMPACTS = {"error": "HIGH", "warning": "MEDIUM", "note": "LOW"}
_SEVERITIES = {"error": "CRITICAL", "warning": "MAJOR", "note": "MINOR"}


def render_sonar(audit: Audit) -> str:
    """Return the open findings and their rules in the format of SonarQube 10.3 and later."""
    groups = {item.id: item.group for item in audit.practices}
    issues = [item for item in (_issue(audit, each) for each in open_findings(audit)) if item]
    used = {item["ruleId"] for item in issues}
    rules = [
        _rule(item, secure=groups.get(item.practice) == "security")
        for item in audit.results
        if item.rule in used
    ]
    return json.dumps({"rules": rules, "issues": issues}, indent=2, ensure_ascii=True) + "\n"


def _rule(result: RuleResult, *, secure: bool) -> dict[str, Any]:
    return {
        "id": result.rule,
        "name": visible(result.title),
        "description": visible(f"{result.why} {result.fix}".strip() or result.title),
        "engineId": _ENGINE,
        "cleanCodeAttribute": "TRUSTWORTHY" if secure else "COMPLETE",
        "type": "VULNERABILITY" if secure else "CODE_SMELL",
        "severity": _SEVERITIES[result.severity],
        "impacts": [
            {
                "softwareQuality": "SECURITY" if secure else "MAINTAINABILITY",
                "severity": _IMPACTS[result.severity],
            }
        ],
    }


def _issue(audit: Audit, finding: Finding) -> dict[str, Any] | None:
    found = location(audit, finding)
    if found is None:
        return None
    primary: dict[str, Any] = {"message": said(finding), "filePath": found.path}
    if found.line is not None:
        primary["textRange"] = {"startLine": found.line}
        if found.end_line is not None:
            primary["textRange"]["endLine"] = found.end_line
    return {
        "ruleId": finding.rule,
        "effortMinutes": EFFORT_MINUTES[finding.effort],
        "primaryLocation": primary,
    }
