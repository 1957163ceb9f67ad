"""GitHub workflow commands: findings as annotations of the run and of the changed lines.

A step shows ten annotations of each kind, so the gravest and newest come first and the rest is
counted.
"""

from mlops_audit.assessment.model import Audit, Finding
from mlops_audit.reports.flat import counting, location, said
from mlops_audit.reports.words import plural

#: Annotations of one kind that GitHub shows for one step.
LIMIT = 10
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render_github(audit: Audit) -> str:
    """Return one workflow command a finding, and a line that says what is left out."""
    found = counting(audit)
    lines: list[str] = []
    left = 0
    for severity in _COMMANDS:
        own = [item for item in found if item.severity == severity]
        lines += [_command(audit, item) for item in own[:LIMIT]]
        left += len(own[LIMIT:])
    if left:
        lines.append(f"mlops-audit: {plural(left, 'more finding')} in the report")
    return "".join(f"{line}\n" for line in lines)


def _command(audit: Audit, finding: Finding) -> str:
    properties = {"title": f"{finding.name} ({finding.rule})"}
    place = location(audit, finding)
    if place is not None and finding.path is not None:
        properties["file"] = place.path
        if place.line is not None:
            properties["line"] = str(place.line)
            if place.end_line is not None and place.end_line > place.line:
                properties["endLine"] = str(place.end_line)
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(said(finding))}"


def _data(text: str) -> str:
    """Escape the text of a command, as the runner takes it apart."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
