"""SARIF 2.1.0: for code scanning at GitHub, Azure DevOps, editors and viewers."""

import json
import re
from typing import Any
from urllib.parse import quote

from mlops_audit.assessment.model import Audit, Finding, RuleResult
from mlops_audit.reports.flat import location, said
from mlops_audit.text import visible

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
#: GitHub shows a rule of this score as a security alert.
_SECURITY = {"error": "8.0", "warning": "5.0", "note": "2.0"}
_PRECISION = {"high": "high", "medium": "medium", "low": "low"}
_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}
_KINDS = {"inline": "inSource", "config": "external", "baseline": "external"}
_REVISION = re.compile(r"[0-9a-f]{7,64}")


def render_sarif(audit: Audit) -> str:
    """Return the SARIF log of an audit."""
    groups = {item.id: item.group for item in audit.practices}
    judged = sorted(audit.results, key=lambda item: item.rule)
    index = {item.rule: number for number, item in enumerate(judged)}
    prefix = audit.repository.prefix
    run: dict[str, Any] = {
        "tool": {"driver": _driver(audit, judged, groups)},
        "automationDetails": {"id": f"mlops-audit/{f'{prefix}/' if prefix else ''}"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(audit)],
        "results": [_result(audit, item, index) for item in audit.findings],
    }
    if provenance := _provenance(audit):
        run["versionControlProvenance"] = [provenance]
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=True) + "\n"


def _driver(
    audit: Audit, judged: list[RuleResult], groups: dict[str, str | None]
) -> dict[str, Any]:
    driver: dict[str, Any] = {
        "name": audit.tool["name"],
        "version": audit.tool["version"],
        "semanticVersion": _semantic(audit.tool["version"]),
        "rules": [_rule(item, groups.get(item.practice)) for item in judged],
    }
    if url := audit.tool.get("url"):
        driver["informationUri"] = url
    return driver


def _rule(result: RuleResult, group: str | None) -> dict[str, Any]:
    links = "".join(f"\n- [{item['title']}]({item['url']})" for item in result.references)
    tags = ["mlops", result.phase, result.practice]
    properties: dict[str, Any] = {
        "precision": _PRECISION.get(result.confidence, "medium"),
        "problem.severity": _PROBLEM[result.severity],
    }
    if group == "security":
        tags.append("security")
        properties["security-severity"] = _SECURITY[result.severity]
    rule: dict[str, Any] = {
        "id": result.rule,
        "name": "".join(part.capitalize() for part in re.split(r"[-/]", result.rule)),
        "shortDescription": {"text": _sentence(result.title)},
        "fullDescription": {"text": _sentence(result.why or result.title)},
        "help": {
            "text": f"{result.why}\n\n{result.fix}".strip() or result.title,
            "markdown": f"**Why.** {result.why}\n\n**Mend.** {result.fix}\n{links}".strip(),
        },
        "defaultConfiguration": {"level": result.severity},
        "properties": {"tags": tags, **properties},
    }
    if result.references:
        rule["helpUri"] = result.references[0]["url"]
    return rule


def _result(audit: Audit, finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": finding.severity,
        "message": {"text": _sentence(said(finding))},
        "partialFingerprints": {"mlopsAudit/v1": finding.fingerprint},
        "properties": {"phase": finding.phase, "practice": finding.practice},
        "suppressions": [],
    }
    if finding.content:
        result["partialFingerprints"]["mlopsAuditContent/v1"] = finding.content
    if place := _place(audit, finding):
        result["locations"] = [place]
    if finding.new is not None:
        result["baselineState"] = "new" if finding.new else "unchanged"
    if finding.suppressed is not None:
        result["suppressions"] = [
            {
                "kind": _KINDS[finding.suppressed.by],
                "status": "accepted",
                "justification": visible(finding.suppressed.reason),
            }
        ]
    return result


def _place(audit: Audit, finding: Finding) -> dict[str, Any] | None:
    found = location(audit, finding)
    if found is None:
        return None
    region: dict[str, Any] = {"startLine": found.line or 1}
    if found.end_line is not None and found.end_line > (found.line or 1):
        region["endLine"] = found.end_line
    place: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {
                "uri": quote(found.path, safe="/", errors="replace"),
                "uriBaseId": "%SRCROOT%",
            },
            "region": region,
        }
    }
    if finding.cell is not None:
        place["logicalLocations"] = [{"name": f"cell {finding.cell + 1}", "kind": "module"}]
    return place


def _invocation(audit: Audit) -> dict[str, Any]:
    """Return how the run went; files that could not be read are told."""
    lost = [item for item in audit.diagnostics if item["lost"]]
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [
            {
                "level": "warning",
                "message": {"text": _sentence(visible(f"{item['path']}: {item['problem']}"))},
            }
            for item in lost[:100]
        ],
    }


def _provenance(audit: Audit) -> dict[str, str] | None:
    url, revision = audit.repository.remote_url, audit.repository.revision
    if not url or not url.startswith("https://") or not revision:
        return None
    if not _REVISION.fullmatch(revision):
        return None
    found = {"repositoryUri": quote(url, safe=":/%?=&#@~+.-_"), "revisionId": revision}
    if audit.repository.branch:
        found["branch"] = visible(audit.repository.branch)
    return found


def _semantic(version: str) -> str:
    """Return a version as SemVer writes it: PEP 440 has `0.1.0.dev3`, SemVer `0.1.0-dev.3`."""
    match = re.fullmatch(r"(\d+)\.(\d+)(?:\.(\d+))?(?:\.?([a-z]+)(\d*))?(?:\+.*)?", version)
    if match is None:
        return "0.0.0"
    major, minor, patch, stage, number = match.groups()
    after = f"-{stage}{f'.{number}' if number else ''}" if stage else ""
    return f"{major}.{minor}.{patch or 0}{after}"


def _sentence(text: str) -> str:
    """Return text that ends as a sentence does, which viewers expect."""
    text = text.strip()
    return text if text.endswith((".", "!", "?", ")")) else f"{text}."
