"""JUnit XML: one test case a rule, one suite a phase, for every CI that shows test results."""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from mlops_audit.assessment.model import Audit, Finding, RuleResult
from mlops_audit.reports.flat import counting, location, said
from mlops_audit.text import visible

_PLACES = 50
_SKIPPED = {
    "unknown": "It cannot be told from what was read",
    "manual": "Only people can tell",
    "not-applicable": "Nothing here to judge",
}


def render_junit(audit: Audit) -> str:
    """Return the results as JUnit XML, as Ant and Jenkins define it.

    Warnings and errors fail a test case; notes do not. What is accepted or was there before the
    change is skipped.
    """
    held: dict[str, list[Finding]] = {}
    for finding in counting(audit):
        if finding.severity != "note":
            held.setdefault(finding.rule, []).append(finding)
    suites = []
    for number, phase in enumerate(audit.phases):
        results = [item for item in audit.results if item.phase == phase.id]
        suites.append(_suite(audit, number, phase.title, results, held))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
        + "".join(suites)
        + ("</testsuites>\n")
    )


def _suite(
    audit: Audit,
    number: int,
    title: str,
    results: Sequence[RuleResult],
    held: dict[str, list[Finding]],
) -> str:
    cases = [_case(audit, item, held.get(item.rule, ())) for item in results]
    failures = sum(1 for item in results if held.get(item.rule))
    errors = sum(1 for item in results if item.status == "error")
    skipped = sum("<skipped" in case for case in cases)
    stamp = re.sub(r"(?:Z|[+-]\d\d:\d\d)$", "", audit.generated_at)
    head = (
        f'  <testsuite id="{number}" package="mlops-audit" name={_quoted(title)}'
        f' timestamp="{stamp}" hostname="localhost" tests="{len(results)}"'
        f' failures="{failures}" errors="{errors}" skipped="{skipped}" time="0">\n'
    )
    body = "".join(cases)
    return f"{head}    <properties/>\n{body}    <system-out/>\n    <system-err/>\n  </testsuite>\n"


def _case(audit: Audit, result: RuleResult, found: Sequence[Finding]) -> str:
    head = (
        f"    <testcase classname={_quoted(f'mlops-audit.{result.phase}.{result.practice}')}"
        f" name={_quoted(result.rule)}"
    )
    if result.status == "error":
        inside = f'<error type="rule" message={_quoted(result.reason)}/>'
    elif found:
        lines = [_line(audit, item) for item in found[:_PLACES]]
        if len(found) > _PLACES:
            lines.append(f"and {len(found) - _PLACES} more")
        lines += ["", visible(result.fix, multiline=True)]
        message = _quoted(visible(found[0].name))
        inside = (
            f'<failure type="{found[0].severity}" message={message}>'
            f"{escape(chr(10).join(lines))}</failure>"
        )
    elif result.status in _SKIPPED:
        inside = f"<skipped message={_quoted(f'{_SKIPPED[result.status]}: {result.reason}')}/>"
    elif result.status == "fail":
        inside = f"<skipped message={_quoted(_why_not(audit, result))}/>"
    else:
        return f'{head} time="0"/>\n'
    return f'{head} time="0">\n      {inside}\n    </testcase>\n'


def _why_not(audit: Audit, result: RuleResult) -> str:
    """Say why a rule that fails is not held against anybody."""
    own = [item for item in audit.findings if item.rule == result.rule]
    answered = [item for item in own if item.suppressed is not None]
    if own and len(answered) == len(own):
        suppressed = answered[0].suppressed
        assert suppressed is not None
        return f"Suppressed ({suppressed.by}): {visible(suppressed.reason)}"
    if any(item.new is False for item in own):
        return f"Known before this change: {visible(result.title)}"
    return f"Only noted: {visible(result.title)}"


def _line(audit: Audit, finding: Finding) -> str:
    found = location(audit, finding)
    if finding.path is None or found is None:
        return said(finding)
    where = f"{found.path}:{found.line}" if found.line else found.path
    return f"{visible(where)}: {said(finding)}"


def _quoted(text: str) -> str:
    return quoteattr(visible(text))
