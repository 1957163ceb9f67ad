"""All findings on the terminal: what is wrong, where, and what to do, in that order."""

from __future__ import annotations

from mlops_audit.assessment.model import Audit, Finding
from mlops_audit.reports.flat import by_rule, open_findings
from mlops_audit.reports.terminal import SEVERITY_STYLES, Printer
from mlops_audit.reports.words import SEVERITY_WORDS

#: Lines of a mend that are shown; `explain` has the rest.
_MEND_LINES = 12


def list_findings(audit: Audit, out: Printer) -> None:
    """Print the open findings by rule, new ones and the gravest first."""
    for rule, found in by_rule(open_findings(audit)).items():
        first = found[0]
        out.line()
        out.line(
            (SEVERITY_WORDS[first.severity].text, SEVERITY_STYLES[first.severity]),
            ": ",
            (first.name, "bold"),
            f" [{rule}]",
            (" new", "bold red") if first.new else "",
        )
        for item in found:
            _place(item, first, out)
        lines = first.remediation.strip().splitlines()
        for line in lines[:_MEND_LINES]:
            out.line(f"    {line}")
        if len(lines) > _MEND_LINES:
            out.line(f"    … `mlops-audit explain {rule}` shows the rest")


def _place(item: Finding, first: Finding, out: Printer) -> None:
    mark = (" new", "bold red") if item.new and not first.new else ""
    if item.path is None:
        out.line(f"  {item.message}", mark)
    else:
        out.line("  ", out.place(item.path, item.line, item.cell), f"  {item.message}", mark)
