"""The configuration to start with: what is found, and what could be asked, as comments."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlops_audit.assessment.model import Audit
from mlops_audit.reports.words import SEVERITY_WORDS, plural
from mlops_audit.text import shown

#: Folders that are named, largest first.
_FOLDERS = 8
_REQUIRED = 12


class Folder(NamedTuple):
    """A folder at the top whose files are nearly all for one thing."""

    path: str
    zone: str
    files: int


def folders(connection: sqlite3.Connection) -> list[Folder]:
    """Return the folders at the top that have code of one zone, largest first."""
    zones: dict[str, Counter[str]] = {}
    rows = connection.execute(
        "SELECT f.path, z.zone FROM file AS f JOIN file_zone AS z USING (path)"
        " WHERE f.kind IN ('python', 'notebook', 'r', 'sql', 'shell')"
    )
    for path, zone in rows:
        top, slash, _ = path.partition("/")
        if slash:
            zones.setdefault(top, Counter())[zone] += 1
    found = [
        Folder(top, zone, count)
        for top, counts in zones.items()
        for zone, count in counts.most_common(1)
        if count >= 0.8 * counts.total()
    ]
    return sorted(found, key=lambda item: (-item.files, item.path))


def starter(audit: Audit, found: Sequence[Folder], baseline: str | None) -> str:
    """Return the text of a configuration file.

    Args:
        audit: what was found.
        found: the folders with one zone each.
        baseline: name of the baseline file, None if there is none.
    """
    return "\n".join(_lines(audit, found, baseline)) + "\n"


def _lines(audit: Audit, found: Sequence[Folder], baseline: str | None) -> Iterator[str]:
    repository, maturity = audit.repository, audit.maturity
    yield "# Configuration of mlops-audit. `mlops-audit config` prints what counts and why."
    yield f"# Written from what was found on {audit.generated_at[:10]} in"
    yield f"# {plural(repository.files, 'file')}. What starts with # is a proposal."
    yield ""
    yield f"# Kind of the repository; found: {shown(repository.kind_reason)}"
    yield f"# kind = {json.dumps(repository.kind)}"
    yield ""
    yield "# The gate: from which severity on a finding fails it (error, warning, never)."
    counts = Counter(item.severity for item in audit.findings if item.suppressed is None)
    today = ", ".join(
        plural(counts[severity], word.text.lower()) for severity, word in SEVERITY_WORDS.items()
    )
    yield f"# Today: {today}."
    yield f"fail-on = {json.dumps('warning' if baseline else 'error')}"
    yield ""
    yield "# The findings that are lived with for now: `mlops-audit baseline` writes the file, and"
    yield "# what is mended leaves it by itself."
    yield f"{'' if baseline else '# '}baseline = {json.dumps(baseline or _DEFAULT)}"
    yield ""
    yield "# Compare a change with where it began; only what is new fails. Best given in CI:"
    yield "# MLOPS_AUDIT_BASE=origin/main"
    yield "# max-drop = 0"
    yield "# fail-on-regression = true"
    yield ""
    if maturity.level is not None:
        yield f"# Lowest level with which the gate passes; today {maturity.level}."
        yield f"# min-level = {maturity.level}"
        yield ""
    met = [item for item in audit.practices if item.status == "met" and item.level > 0]
    if met:
        yield "# Practices that must be met; these are today."
        yield "# require = ["
        for item in met[:_REQUIRED]:
            yield f"#   {json.dumps(item.id)},  # {shown(item.title)}"
        yield "# ]"
        yield ""
    yield "# Rules, practices or phases that are not judged, and files that are not read."
    yield "# ignore = []"
    yield '# exclude = ["/third_party"]'
    yield ""
    yield "# What folders are for, where it was found out wrong. Found:"
    yield "# [zones]"
    for folder in found[:_FOLDERS]:
        yield f"# {json.dumps(f'{folder.path}/**')} = {json.dumps(folder.zone)}"
    yield ""
    scores = [item for item in audit.phases if item.score is not None]
    if scores:
        yield "# Lowest score of each phase; today:"
        yield "# [min-score]"
        for phase in scores:
            yield f"# {phase.id} = {phase.score}"
        yield ""
    yield from _EXAMPLES


_DEFAULT = "mlops-audit-baseline.json"
_EXAMPLES = (
    "# Findings that are lived with, with a reason, and for how long. In a file, a comment says",
    "# the same of one place: mlops-audit: ignore[rule] reason",
    "# [[waivers]]",
    '# rules = ["hardcoded-local-path"]',
    '# paths = ["legacy/**"]',
    '# reason = "Rewritten in the third quarter."',
    '# owner = "data-science"',
    "# expires = 2027-09-30",
    "",
    "# [[overrides]]",
    '# paths = ["examples/**"]',
    '# severity = { dependencies-pinned = "note" }',
)
