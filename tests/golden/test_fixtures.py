"""What the fixtures promise: each shows what its note says."""

import json

import pytest
from golden import ROOT, build, report


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory):
    """Return a function that gives the report of a fixture."""
    made: dict[str, dict] = {}

    def of(name: str) -> dict:
        if name not in made:
            made[name] = json.loads(report(name, tmp_path_factory.mktemp("fixture")))
        return made[name]

    return of


def rules_that_failed(data: dict) -> set[str]:
    return {finding["rule"] for finding in data["findings"]}


def test_each_fixture_is_of_its_kind(reports) -> None:
    kinds = {
        "churn-batch": "production",
        "fraud-serving": "production",
        "exploration-only": "exploration",
        "messy-notebooks": "exploration",
        "library": "library",
        "not-ml": "non-ml",
    }
    assert {name: reports(name)["repository"]["kind"] for name in kinds} == kinds


def test_only_the_messy_one_is_blocked(reports) -> None:
    assert reports("messy-notebooks")["maturity"]["blocked"]
    for name in ("churn-batch", "fraud-serving", "exploration-only", "library", "not-ml"):
        assert not reports(name)["maturity"]["blocked"], name


def test_the_good_one_is_better_than_the_middling_one(reports) -> None:
    good, middling = (reports(name)["maturity"] for name in ("churn-batch", "fraud-serving"))
    assert good["score"] > middling["score"] + 20
    assert good["level"] >= middling["level"]


def test_the_messy_one_shows_what_it_is_for(reports) -> None:
    failed = rules_that_failed(reports("messy-notebooks"))
    assert {"committed-secret", "notebook-out-of-order", "hardcoded-local-path"} <= failed


def test_notebooks_in_order_are_not_blamed(reports) -> None:
    failed = rules_that_failed(reports("exploration-only"))
    assert not failed & {"notebook-out-of-order", "hardcoded-local-path", "committed-secret"}


def test_the_runs_were_made_from_commits_of_the_history(tmp_path) -> None:
    """Fails after a change of the fixture's code: run `fixtures/regenerate.py` then."""
    root = build("churn-batch", tmp_path / "churn-batch")
    from history import git

    commits = set(git(root, "log", "--format=%H").split())
    recorded = {
        path.read_text(encoding="utf-8")
        for path in (ROOT / "fixtures" / "churn-batch" / "mlruns").rglob("mlflow.source.git.commit")
    }
    assert len(recorded) == 5
    assert recorded <= commits


def test_the_runs_of_the_good_one_are_read(reports) -> None:
    coverage = reports("churn-batch")["runs"]["coverage"]
    assert coverage["runs"] == coverage["with_metrics"] == coverage["with_parameters"] == 5
    assert coverage["commit_in_history"] == 5
