"""Plain lines `path:line: severity: message [rule]`, as editors, hooks and grep read them."""

from mlops_audit.assessment.model import Audit
from mlops_audit.reports.flat import counting, location, said
from mlops_audit.text import visible


def render_lines(audit: Audit) -> str:
    """Return a line for each finding that is held against the change."""
    lines = []
    for item in counting(audit):
        found = location(audit, item)
        where = "" if found is None else f"{found.path}:{found.line or 1}: "
        lines.append(f"{where}{item.severity}: {said(item)} [{item.rule}]")
    return "".join(f"{visible(line)}\n" for line in lines)
