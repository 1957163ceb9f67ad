"""How practices add up to levels and scores."""

from dataclasses import replace
from pathlib import Path

import pytest

from mlops_audit.assessment.level import level_of, missing_at, optimistic, proven, score_of
from mlops_audit.assessment.lifecycle import Lifecycle, PracticeSpec, load_lifecycle
from mlops_audit.assessment.practices import Judgement, counts
from mlops_audit.errors import RulebookError

LIFECYCLE = Path(__file__).parents[2] / "rules" / "lifecycle.yaml"


@pytest.fixture(scope="module")
def lifecycle() -> Lifecycle:
    return load_lifecycle(LIFECYCLE)


def judgement(
    status: str, *, level: int = 1, role: str = "core", strengths: tuple[str, ...] = ()
) -> Judgement:
    spec = PracticeSpec(
        id="p",
        title="P",
        statement="P.",
        phase="deployment",
        level=level,
        basis="MS",
        role=role,
        needs="implemented",
    )
    return Judgement(spec=spec, status=status, reason="", strengths=strengths, verdicts=())


def test_the_shipped_lifecycle_holds_every_practice_of_the_catalogue(lifecycle: Lifecycle) -> None:
    names = set(lifecycle.by_id)
    assert len(lifecycle.practices) == 74
    assert {"seeds-fixed", "dependencies-pinned", "environment-reproducible"} <= names
    assert "reproducible-training" not in names
    assert {"notebooks-run-in-order", "no-hardcoded-local-paths"} <= names


def test_one_missing_core_practice_holds_the_phase_back(lifecycle: Lifecycle) -> None:
    items = [judgement("met"), judgement("met", level=2), judgement("unmet", level=2)]
    assert level_of(items, lifecycle) == 1
    assert missing_at(items, lifecycle, 2) == [items[2]]


def test_unknown_never_lifts_the_level_but_widens_its_range(lifecycle: Lifecycle) -> None:
    items = [judgement("met", strengths=("observed",)), judgement("unknown", level=2)]
    assert level_of(items, lifecycle) == 1
    assert (level_of(items, lifecycle, optimistic) or 0) > 1


def test_level_four_needs_traces(lifecycle: Lifecycle) -> None:
    implemented = [judgement("met", strengths=("implemented",))]
    observed = [judgement("met", strengths=("implemented", "observed"))]
    assert level_of(implemented, lifecycle) == 3
    assert level_of(observed, lifecycle) == 4


def test_one_of_few_supporting_practices_may_be_missing(lifecycle: Lifecycle) -> None:
    core = judgement("met", strengths=("observed",))
    absent = judgement("unmet", role="supporting")
    assert level_of([core, absent], lifecycle) == 4
    assert level_of([core, absent, absent], lifecycle) == 0


def test_not_applicable_practices_neither_block_nor_earn(lifecycle: Lifecycle) -> None:
    assert level_of([judgement("not-applicable")], lifecycle) is None
    assert score_of([judgement("not-applicable")], lifecycle) is None
    with_it = [judgement("met"), judgement("not-applicable")]
    assert score_of(with_it, lifecycle) == score_of([judgement("met")], lifecycle)


def test_not_looking_never_raises_the_score(lifecycle: Lifecycle) -> None:
    missing = score_of([judgement("met"), judgement("unmet")], lifecycle)
    unknown = score_of([judgement("met"), judgement("unknown")], lifecycle)
    assert missing is not None and unknown is not None
    assert unknown[0] == missing[0] == 50
    assert unknown[1] == (50, 100)


def test_proven_reads_traces_only(lifecycle: Lifecycle) -> None:
    assert not proven(judgement("met", strengths=("automated",)))
    assert proven(judgement("met", strengths=("observed",)))


@pytest.mark.parametrize(
    ("needs", "found", "enough"),
    [
        ("implemented", ["documented"], False),
        ("implemented", ["automated"], True),
        ("automated", ["observed"], True),
        ("observed", ["automated"], False),
    ],
)
def test_strength_needed(needs: str, found: list[str], enough: bool) -> None:
    assert counts(needs, found) is enough


def test_a_practice_in_an_unknown_phase_is_refused_with_its_name(tmp_path: Path) -> None:
    wrong = tmp_path / "lifecycle.yaml"
    text = LIFECYCLE.read_text(encoding="utf-8")
    wrong.write_text(text.replace("    phase: retraining", "    phase: retrayning", 1), "utf-8")
    with pytest.raises(RulebookError, match=r"lifecycle\.yaml: .*retrayning"):
        load_lifecycle(wrong)


def test_broken_yaml_names_file_and_line(tmp_path: Path) -> None:
    wrong = tmp_path / "lifecycle.yaml"
    wrong.write_text("version: 1\nlevels: {0: a\n", "utf-8")
    with pytest.raises(RulebookError, match=r"lifecycle\.yaml:\d+"):
        load_lifecycle(wrong)


def test_specs_are_values(lifecycle: Lifecycle) -> None:
    first = lifecycle.practices[0]
    assert replace(first) == first
