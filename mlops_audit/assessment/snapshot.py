"""What is kept of an audit to compare a later one with: a baseline file, a report, a revision.

All three have the shape of the JSON report, with less or more in it, and one parser reads them.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlops_audit.assessment.model import REPORT_SCHEMA_VERSION, Audit
from mlops_audit.errors import UsageError
from mlops_audit.text import shown

BASELINE_FILE = "mlops-audit-baseline.json"
#: First value of a baseline file, which tells it from a report.
ABOUT = "Findings that mlops-audit accepts. Written by `mlops-audit baseline`."
_CONFLICT = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHOWN_EVIDENCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFinding:
    """A finding of an earlier audit."""

    rule: str
    path: str | None
    fingerprint: str
    content: str = ""
    severity: str = ""
    practice: str = ""
    name: str = ""
    message: str = ""
    line: int | None = None
    cell: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPractice:
    """The verdict of an earlier audit on a practice."""

    id: str
    title: str
    phase: str
    status: str
    reason: str = ""
    strength: str | None = None
    #: Places that spoke for it: path, line, cell, message.
    evidence: tuple[tuple[str | None, int | None, int | None, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPhase:
    """The verdict of an earlier audit on a phase."""

    id: str
    title: str
    level: int | None
    score: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An earlier audit, as far as it is known."""

    #: How messages name it: a file, a revision.
    label: str
    #: The day on which it was made, '' if unknown.
    day: str = ""
    revision: str | None = None
    level: int | None = None
    score: int | None = None
    phases: tuple[KnownPhase, ...] = ()
    practices: tuple[KnownPractice, ...] = ()
    findings: tuple[KnownFinding, ...] = ()


def snapshot_of(audit: Audit, label: str) -> Snapshot:
    """Return what is kept of an audit."""
    return Snapshot(
        label=label,
        day=audit.generated_at[:10],
        revision=audit.repository.revision,
        level=audit.maturity.level,
        score=audit.maturity.score,
        phases=tuple(
            KnownPhase(id=item.id, title=item.title, level=item.level, score=item.score)
            for item in audit.phases
        ),
        practices=tuple(
            KnownPractice(
                id=item.id,
                title=item.title,
                phase=item.phase,
                status=item.status,
                reason=item.reason,
                strength=item.strength,
                evidence=tuple(
                    (each.path, each.line, each.cell, each.message)
                    for each in item.evidence[:_SHOWN_EVIDENCE]
                ),
            )
            for item in audit.practices
        ),
        findings=tuple(
            KnownFinding(
                rule=item.rule,
                path=item.path,
                fingerprint=item.fingerprint,
                content=item.content,
                severity=item.severity,
                practice=item.practice,
                name=item.name,
                message=item.message,
                line=item.line,
                cell=item.cell,
            )
            for item in audit.findings
        ),
    )


def plain(snapshot: Snapshot) -> dict[str, Any]:
    """Return a snapshot in the shape of a report, for `parse`."""
    return {
        "schema_version": REPORT_SCHEMA_VERSION,
        "generated_at": snapshot.day,
        "repository": {"revision": snapshot.revision},
        "maturity": {"level": snapshot.level, "score": snapshot.score},
        "phases": [
            {"id": item.id, "title": item.title, "level": item.level, "score": item.score}
            for item in snapshot.phases
        ],
        "practices": [
            {
                "id": item.id,
                "title": item.title,
                "phase": item.phase,
                "status": item.status,
                "reason": item.reason,
                "strength": item.strength,
                "evidence": [
                    {"path": path, "line": line, "cell": cell, "message": message}
                    for path, line, cell, message in item.evidence
                ],
            }
            for item in snapshot.practices
        ],
        "findings": [
            {name: getattr(item, name) for name in KnownFinding.__slots__}
            for item in snapshot.findings
        ],
    }


def parse(content: bytes, label: str, *, again: str) -> Snapshot:
    """Return the snapshot in a report or baseline file.

    Args:
        content: the file.
        label: how messages name it.
        again: the command that makes such a file again.

    Raises:
        UsageError: it is none, or one that a newer version wrote.
    """
    try:
        text = content.decode("utf-8-sig")
        data = json.loads(text)
    except UnicodeDecodeError:
        raise UsageError(f"{label} is not UTF-8 text; make it again with `{again}`.") from None
    except (ValueError, RecursionError) as error:
        if _CONFLICT.search(content.decode("utf-8-sig", "replace")):
            problem = "holds an unresolved merge conflict"
        elif not content.strip():
            problem = "is empty"
        else:
            at = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
            problem = f"is not valid JSON{at}"
        raise UsageError(f"{label} {problem}; make it again with `{again}`.") from None
    reader = _Reader(label, again)
    if not isinstance(data, dict) or "findings" not in data:
        reader.refuse("is neither a report nor a baseline of mlops-audit")
    version = data.get("schema_version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        reader.refuse("does not say which version of the report schema it has")
    if version > REPORT_SCHEMA_VERSION:
        raise UsageError(
            f"{label} has version {version} of the report schema, and this mlops-audit reads up to"
            f" {REPORT_SCHEMA_VERSION}; update mlops-audit, or make the file again with `{again}`."
        )
    return _snapshot(data, label, reader)


class _Reader:
    """Takes values out of parsed JSON, and says what is wrong with one."""

    def __init__(self, label: str, again: str) -> None:
        self._label = label
        self._again = again

    def refuse(self, problem: str) -> Any:
        raise UsageError(f"{self._label} {problem}; make it again with `{self._again}`.")

    def mapping(self, data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        value = data.get(name)
        if value is None:
            return {}
        return value if isinstance(value, dict) else self.refuse(f"holds a `{name}` of no use")

    def items(self, data: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
        value = data.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.refuse(f"holds a `{name}` that is no list of objects")
        return value

    def text(self, data: Mapping[str, Any], name: str, where: str) -> str:
        value = data.get(name)
        if not isinstance(value, str):
            self.refuse(f"has no text `{name}` in {where}")
        return str(value)

    def optional(self, data: Mapping[str, Any], name: str) -> str:
        value = data.get(name)
        return value if isinstance(value, str) else ""

    def number(self, data: Mapping[str, Any], name: str) -> int | None:
        value = data.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def _snapshot(data: Mapping[str, Any], label: str, reader: _Reader) -> Snapshot:
    maturity = reader.mapping(data, "maturity")
    repository = reader.mapping(data, "repository")
    day = reader.optional(data, "generated_at")[:10]
    return Snapshot(
        label=label,
        day=day if _DAY.fullmatch(day) else "",
        revision=reader.optional(repository, "revision") or None,
        level=reader.number(maturity, "level"),
        score=reader.number(maturity, "score"),
        phases=tuple(
            KnownPhase(
                id=reader.text(item, "id", f"phases[{at}]"),
                title=reader.optional(item, "title") or str(item["id"]),
                level=reader.number(item, "level"),
                score=reader.number(item, "score"),
            )
            for at, item in enumerate(reader.items(data, "phases"))
        ),
        practices=tuple(
            KnownPractice(
                id=reader.text(item, "id", f"practices[{at}]"),
                title=reader.optional(item, "title") or str(item["id"]),
                phase=reader.optional(item, "phase"),
                status=reader.text(item, "status", f"practices[{at}]"),
                reason=reader.optional(item, "reason"),
                strength=reader.optional(item, "strength") or None,
                evidence=tuple(
                    (
                        reader.optional(each, "path") or None,
                        reader.number(each, "line"),
                        reader.number(each, "cell"),
                        reader.optional(each, "message"),
                    )
                    for each in reader.items(item, "evidence")[:_SHOWN_EVIDENCE]
                ),
            )
            for at, item in enumerate(reader.items(data, "practices"))
        ),
        findings=tuple(
            KnownFinding(
                rule=reader.text(item, "rule", f"findings[{at}]"),
                path=reader.optional(item, "path") or None,
                fingerprint=reader.text(item, "fingerprint", f"findings[{at}]"),
                content=reader.optional(item, "content"),
                severity=reader.optional(item, "severity"),
                practice=reader.optional(item, "practice"),
                name=reader.optional(item, "name"),
                message=reader.optional(item, "message"),
                line=reader.number(item, "line"),
                cell=reader.number(item, "cell"),
            )
            for at, item in enumerate(reader.items(data, "findings"))
        ),
    )


def is_baseline(content: bytes) -> bool:
    """Tell a baseline file from a report, which nobody may shrink."""
    return json.dumps(ABOUT).encode("ascii") in content[:500]


def named(path: object) -> str:
    """Return how messages name a file."""
    return shown(str(path), 400)
