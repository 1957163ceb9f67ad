"""CSV: one finding a row, for spreadsheets and scripts."""

import csv
import io

from mlops_audit.assessment.model import Audit
from mlops_audit.text import visible

_COLUMNS = (
    "severity", "rule", "practice", "phase", "path", "line", "cell", "message", "effort", "new",
    "suppressed", "reason", "fingerprint",
)  # fmt: skip
_NEW = {True: "yes", False: "no", None: ""}


def render_csv(audit: Audit) -> str:
    """Return all findings, answered ones too; lines of notebooks count inside the cell."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for item in audit.findings:
        by, reason = ("", "")
        if item.suppressed is not None:
            by, reason = item.suppressed.by, item.suppressed.reason
        row = (
            item.severity,
            item.rule,
            item.practice,
            item.phase,
            item.path or "",
            item.line,
            None if item.cell is None else item.cell + 1,
            item.message,
            item.effort,
            _NEW[item.new],
            by,
            reason,
            item.fingerprint,
        )
        writer.writerow([csv_safe(visible(v) if isinstance(v, str) else v) for v in row])
    return stream.getvalue()


def csv_safe(value: object) -> object:
    """Return a value with an apostrophe before what a spreadsheet would take for a formula."""
    if isinstance(value, str) and value.lstrip()[:1] in ("=", "+", "-", "@"):
        return f"'{value}"
    if isinstance(value, str) and value[:1] in ("\t", "\r", "\n"):
        return f"'{value}"
    return value
