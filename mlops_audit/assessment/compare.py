"""Findings beside those of a baseline and of an earlier audit."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from mlops_audit.assessment.identity import Matching, match
from mlops_audit.assessment.model import Comparison, Finding, GoneFinding, Suppression
from mlops_audit.assessment.snapshot import KnownFinding, Snapshot


def compare(
    findings: Sequence[Finding],
    *,
    accepted: Snapshot | None,
    before: Snapshot | None,
    present: Collection[str],
) -> tuple[tuple[Finding, ...], Comparison | None, Comparison | None]:
    """Return the findings with what is new and what is accepted, and both comparisons.

    Args:
        findings: what was found.
        accepted: the baseline; its findings are suppressed.
        before: the earlier audit, which alone says what is new if it is given.
        present: all files of the repository.
    """
    found = tuple(findings)
    baseline = comparison = None
    if accepted is not None:
        matching = match(accepted.findings, found, present=present)
        new = {item.fingerprint for item in matching.appeared}
        why = f"accepted in {accepted.label}" + (f" on {accepted.day}" if accepted.day else "")
        found = tuple(_accepted(item, why, is_new=item.fingerprint in new) for item in found)
        baseline = _comparison("baseline", accepted, matching)
        comparison = baseline
    if before is not None:
        matching = match(before.findings, found, present=present)
        new = {item.fingerprint for item in matching.appeared}
        found = tuple(replace(item, new=item.fingerprint in new) for item in found)
        comparison = _comparison("base", before, matching)
    return found, baseline, comparison


def _accepted(finding: Finding, why: str, *, is_new: bool) -> Finding:
    if finding.suppressed is not None:
        return finding  # answered already, and so in no baseline
    if is_new:
        return replace(finding, new=True)
    return replace(finding, new=False, suppressed=Suppression(by="baseline", reason=why))


def _comparison(
    by: str, snapshot: Snapshot, matching: Matching[KnownFinding, Finding]
) -> Comparison:
    return Comparison(
        by=by,
        against=snapshot.label,
        level=snapshot.level,
        score=snapshot.score,
        new=sum(item.suppressed is None for item in matching.appeared),
        known=len(matching.kept),
        gone=tuple(
            GoneFinding(
                rule=item.rule, path=item.path, message=item.message, fingerprint=item.fingerprint
            )
            for item in matching.gone
        ),
    )
