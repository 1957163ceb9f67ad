"""The quality gate on a repository with a history: what a team lives through with it."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from cli_support import Command, Done, write

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))
from history import build, git

BASELINE = "mlops-audit-baseline.json"
SCRIPT = '''"""Train a model."""

from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from churn.features import load


def main() -> None:
    train, test, fit, held = train_test_split(*load(), random_state=3)
    model = LogisticRegression(random_state=3)
    model.fit(train, fit)
    print(model.score(test, held))


if __name__ == "__main__":
    main()
'''
TRACKED = SCRIPT.replace("    model = ", "    mlflow.autolog()\n    model = ").replace(
    "from sklearn.linear", "import mlflow\nfrom sklearn.linear"
)
UNTRACKED = "training-without-tracking"


@pytest.fixture
def adopted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that trains one model without a tracker when the gate comes."""
    monkeypatch.delenv("CI", raising=False)
    root = build("churn-batch", tmp_path / "churn")
    write(root, {"src/churn/legacy.py": SCRIPT})
    commit(root, "A model of long ago")
    return root


def commit(root: Path, message: str) -> None:
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", message, date="2025-04-01T10:00:00+00:00")


def gate(command: Command, root: Path, *options: str | Path) -> tuple[Done, dict]:
    done = command(root, "-f", "json=-", "--fail-on", "warning", *options)
    assert done.code in (0, 1), done.err
    return done, json.loads(done.out)


def accepted(root: Path) -> list[dict]:
    return json.loads((root / BASELINE).read_text(encoding="utf-8"))["findings"]


def test_a_team_adopts_the_gate_and_keeps_it(command: Command, adopted: Path) -> None:
    done = command("baseline", adopted)
    assert done.code == 0 and f"accepted in {adopted / BASELINE}" in done.out
    assert UNTRACKED in {item["rule"] for item in accepted(adopted)}
    config = adopted / "mlops-audit.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(f'baseline = "{BASELINE}"\n{text}', encoding="utf-8")
    commit(adopted, "Accept what there is")
    done, report = gate(command, adopted)
    assert (done.code, report["comparison"]["new"]) == (0, 0)

    # A training script without a tracker fails the gate, which names it and nothing older.
    script = adopted / "src/churn/second.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done, report = gate(command, adopted)
    assert done.code == 1
    reasons = [text for text in report["gate"]["reasons"] if UNTRACKED in text]
    assert reasons == [
        "Training reports to no experiment tracker (src/churn/second.py:12): warning;"
        f" `mlops-audit explain {UNTRACKED}` says why and how to mend it."
    ]
    assert not any("legacy" in text for text in report["gate"]["reasons"])

    # Mended, it passes; a run that judges one practice leaves the rest of the baseline alone.
    script.write_text(TRACKED, encoding="utf-8")
    before = (adopted / BASELINE).read_bytes()
    done, report = gate(command, adopted, "--select", "experiment-tracking-instrumented")
    assert (done.code, report["gate"]["reasons"]) == (0, [])
    assert (adopted / BASELINE).read_bytes() == before
    script.unlink()

    # Moved lines and another name bring nothing new.
    legacy = adopted / "src/churn/legacy.py"
    moved = adopted / "src/churn/old_model.py"
    moved.write_text("# Of 2019.\n\n\n" + legacy.read_text(encoding="utf-8"), encoding="utf-8")
    legacy.unlink()
    commit(adopted, "Another name")
    done, report = gate(command, adopted)
    assert (done.code, report["comparison"]["new"], report["comparison"]["gone"]) == (0, 0, [])

    # What is mended leaves the baseline by itself and does not come back unnoticed.
    moved.unlink()
    done, report = gate(command, adopted)
    assert done.code == 0 and "mended and taken out of" in done.err
    assert UNTRACKED not in {item["rule"] for item in accepted(adopted)}
    legacy.write_text(SCRIPT, encoding="utf-8")
    assert gate(command, adopted)[0].code == 1


def test_a_run_that_brings_something_new_leaves_the_baseline_alone(
    command: Command, adopted: Path
) -> None:
    assert command("baseline", adopted).code == 0
    before = (adopted / BASELINE).read_bytes()
    legacy = adopted / "src/churn/legacy.py"
    old = legacy.read_text(encoding="utf-8")
    legacy.unlink()
    key = adopted / "notes.txt"
    key.write_text(f"aws = {'AKIA' + 'QYLPMN5HHHFPZAM2'!r}\n", encoding="utf-8")
    done, _ = gate(command, adopted, "--baseline", adopted / BASELINE)
    assert done.code == 1
    assert (adopted / BASELINE).read_bytes() == before
    # What was away only because of the change is back without it, and still accepted.
    key.unlink()
    legacy.write_text(old, encoding="utf-8")
    assert gate(command, adopted, "--baseline", adopted / BASELINE)[0].code == 0


def test_only_the_change_counts_against_a_base(command: Command, adopted: Path) -> None:
    git(adopted, "checkout", "-q", "-b", "change")
    write(adopted, {"src/churn/second.py": SCRIPT})
    commit(adopted, "Second model")
    # The base goes on in the meantime; that is not held against the change.
    git(adopted, "checkout", "-q", "main")
    (adopted / "src/churn/legacy.py").unlink()
    commit(adopted, "Retire the old model")
    git(adopted, "checkout", "-q", "change")
    done, report = gate(command, adopted, "--base", "main")
    assert done.code == 1
    new = {item["path"] for item in report["findings"] if item["new"]}
    assert "src/churn/second.py" in new and "src/churn/legacy.py" not in new
    old = [item for item in report["findings"] if item["path"] == "src/churn/legacy.py"]
    assert old and not any(item["new"] for item in old)
    assert all(text.startswith("New: ") for text in report["gate"]["reasons"])
    # Asked again, the kept answer is the same.
    second = gate(command, adopted, "--base", "main", "--no-cache")[1]
    third = gate(command, adopted, "--base", "main")[1]
    for other in (second, third):
        assert other["findings"] == report["findings"]
        assert other["comparison"] == report["comparison"]
    assert git(adopted, "status", "--porcelain") == ""


def test_the_base_itself_brings_nothing_new(command: Command, adopted: Path) -> None:
    done, report = gate(command, adopted, "--base", "HEAD")
    assert (done.code, report["comparison"]["new"]) == (0, 0)
    assert report["comparison"]["known"] == len(report["findings"])


def test_a_practice_that_was_met_must_stay_so(command: Command, adopted: Path) -> None:
    shutil.rmtree(adopted / "tests")
    done, report = gate(
        command, adopted, "--base", "HEAD", "--fail-on", "never", "--fail-on-regression",
        "--max-drop", "0", "--require", "unit-tests", "--require", "no-secrets",
    )  # fmt: skip
    reasons = report["gate"]["reasons"]
    assert done.code == 1
    assert any(text.startswith("Met in HEAD and now not met: Unit tests (") for text in reasons)
    assert any(text.startswith("Required and not met: Unit tests (") for text in reasons)
    assert any(text.startswith("The score fell from ") for text in reasons)
    assert not any("No secrets" in text for text in reasons)
    assert all("`mlops-audit " in text for text in reasons)


def test_in_ci_the_baseline_is_left_alone(
    command: Command, adopted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("baseline", adopted, "-q").code == 2
    assert command("baseline", adopted).code == 0
    (adopted / "src/churn/legacy.py").unlink()
    before = (adopted / BASELINE).read_bytes()
    monkeypatch.setenv("CI", "true")
    done, _ = gate(command, adopted, "--baseline", adopted / BASELINE)
    assert "mlops-audit baseline --prune" in done.err
    assert (adopted / BASELINE).read_bytes() == before
    done = command("baseline", adopted, "--prune")
    assert done.code == 0 and "taken out of" in done.out
    assert len(accepted(adopted)) < before.count(b'{"rule"')
