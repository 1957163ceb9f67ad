"""What is kept of an audit is read again, and nothing else passes for it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_audit.assessment.baseline import render, shrunk
from mlops_audit.assessment.model import REPORT_SCHEMA_VERSION
from mlops_audit.assessment.snapshot import (
    KnownFinding,
    KnownPhase,
    KnownPractice,
    Snapshot,
    is_baseline,
    parse,
    plain,
)
from mlops_audit.errors import UsageError

KNOWN = Snapshot(
    label="a.json",
    day="2026-01-01",
    revision="abc",
    level=1,
    score=40,
    phases=(KnownPhase(id="monitoring", title="Monitoring", level=0, score=3),),
    practices=(
        KnownPractice(
            id="unit-tests", title="Unit tests", phase="experimentation", status="met",
            reason="r", strength="automated", evidence=(("a.py", 1, None, "m"),),
        ),
    ),
    findings=(
        KnownFinding(rule="r", path="b.py", fingerprint="2", content="c", message="é\n", line=3),
        KnownFinding(rule="r", path=None, fingerprint="1"),
    ),
)  # fmt: skip


def read(content: bytes) -> Snapshot:
    return parse(content, "a.json", again="mlops-audit baseline")


def test_a_snapshot_survives_being_written() -> None:
    assert read(json.dumps(plain(KNOWN)).encode()) == KNOWN


def test_a_baseline_has_a_finding_a_line_in_order() -> None:
    text = render(KNOWN)
    assert is_baseline(text.encode())
    lines = [line for line in text.splitlines() if '"rule"' in line]
    assert [json.loads(line.strip().rstrip(","))["fingerprint"] for line in lines] == ["1", "2"]
    again = read(text.encode())
    assert (again.score, again.day, len(again.findings)) == (40, "2026-01-01", 2)
    smaller = render(shrunk(again, {"1"}))
    assert '"fingerprint": "1"' not in smaller and '"fingerprint": "2"' in smaller
    assert json.loads(render(shrunk(again, {"1", "2"})))["findings"] == []


def test_a_report_without_newer_fields_is_read() -> None:
    old = {"schema_version": 1, "findings": [{"rule": "r", "path": "a.py", "fingerprint": "f"}]}
    assert read(json.dumps(old).encode()).findings[0].content == ""


BROKEN: list[tuple[Any, str]] = [
    (b"", "is empty"),
    (b"\xff\xfe", "is not UTF-8 text"),
    (b"{", "is not valid JSON in line 1"),
    (b"[" * 100_000, "is not valid JSON"),
    (b"{\n<<<<<<< HEAD\n}", "holds an unresolved merge conflict"),
    (b"[]", "is neither a report nor a baseline"),
    ({"version": "2.1.0", "runs": []}, "is neither a report nor a baseline"),
    ({"findings": []}, "does not say which version"),
    ({"schema_version": True, "findings": []}, "does not say which version"),
    ({"schema_version": 1, "findings": 3}, "holds a `findings` that is no list of objects"),
    ({"schema_version": 1, "findings": [1]}, "holds a `findings` that is no list of objects"),
    ({"schema_version": 1, "findings": [{}]}, "has no text `rule` in findings[0]"),
    ({"schema_version": 1, "findings": [{"rule": "r"}]}, "has no text `fingerprint`"),
    ({"schema_version": 1, "findings": [], "maturity": 1}, "holds a `maturity` of no use"),
]


@pytest.mark.parametrize(("content", "said"), BROKEN)
def test_what_is_no_baseline_is_refused_with_the_mend(content: Any, said: str) -> None:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(UsageError) as raised:
        read(data)
    assert said in str(raised.value)
    assert "make it again with `mlops-audit baseline`" in str(raised.value)


def test_a_newer_file_is_refused_by_its_version() -> None:
    newer = {"schema_version": REPORT_SCHEMA_VERSION + 1, "findings": []}
    with pytest.raises(UsageError, match="update mlops-audit"):
        read(json.dumps(newer).encode())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
KEYS = ("schema_version", "findings", "practices", "phases", "maturity", "generated_at", "rule")


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, min_size=1))
def test_any_json_is_read_or_refused(data: dict[str, Any]) -> None:
    try:
        found = read(json.dumps(data).encode())
    except UsageError as error:
        assert "mlops-audit baseline" in str(error)
    else:
        assert read(render(found).encode()).findings == found.findings
