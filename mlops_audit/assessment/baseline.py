"""The baseline: findings that a team lives with for now. It only ever shrinks by itself.

The file is JSON with one finding a line, sorted, so that a review sees what was accepted and what
went away, and two branches seldom touch the same line.
"""

import json
from collections.abc import Collection
from dataclasses import replace

from mlops_audit.assessment.model import (
    REPORT_SCHEMA_VERSION,
    Audit,
    GoneFinding,
)
from mlops_audit.assessment.snapshot import ABOUT, KnownFinding, Snapshot

#: Rules with these results have said all that they have to say.
_DECIDED = frozenset({"pass", "fail", "not-applicable"})
_KEYS = ("rule", "path", "message", "fingerprint", "content")


def render(snapshot: Snapshot) -> str:
    """Return the text of a baseline file."""
    head = {
        "about": ABOUT,
        "schema_version": REPORT_SCHEMA_VERSION,
        "generated_at": snapshot.day,
        "maturity": {"level": snapshot.level, "score": snapshot.score},
        "phases": [{"id": item.id, "score": item.score} for item in snapshot.phases],
    }
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}," for name, value in head.items()]
    entries = [
        "    " + json.dumps({key: getattr(entry, key) for key in _KEYS})
        for entry in sorted(snapshot.findings, key=_order)
    ]
    body = ['  "findings": [', ",\n".join(entries), "  ]"] if entries else ['  "findings": []']
    return "\n".join(["{", *lines, *body, "}"]) + "\n"


def mended(audit: Audit) -> tuple[GoneFinding, ...]:
    """Return the entries that are mended: of rules that were judged and no longer complain.

    What could not be read or was not judged this time proves nothing, so its entries stay.
    """
    if audit.baseline is None:
        return ()
    decided = {result.rule for result in audit.results if result.status in _DECIDED}
    lost = {item["path"] for item in audit.diagnostics if item["lost"]}
    return tuple(
        entry for entry in audit.baseline.gone if entry.rule in decided and entry.path not in lost
    )


def shrunk(snapshot: Snapshot, gone: Collection[str]) -> Snapshot:
    """Return the baseline without the entries that have these fingerprints."""
    kept = tuple(entry for entry in snapshot.findings if entry.fingerprint not in gone)
    return replace(snapshot, findings=kept)


def _order(entry: KnownFinding) -> tuple[str, ...]:
    return (entry.rule, entry.path or "", entry.message, entry.fingerprint)
