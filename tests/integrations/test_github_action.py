"""The composite action: its steps run as a runner runs them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ci_machine import ROOT, Done, Machine

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
BRANCHES = {"pull_request": "main", "push": ""}


class Runner:
    """Runs the steps of the action that are scripts, and says which others it would use."""

    def __init__(self, machine: Machine, event: str) -> None:
        self.machine = machine
        self.event = event
        self.outputs: dict[str, str] = {}
        self.used: list[str] = []
        program = f'exec "{machine.tools}/mlops-audit" "$@"'
        folder = machine.temporary / "mlops-audit" / "bin"
        machine.tool("mlops-audit", program, folder)
        machine.tool("python", f'exec "{machine.tools}/python" "$@"', folder)
        self.summary = machine.temporary / "summary"
        self.results = machine.temporary / "outputs"
        machine.environment |= {
            "RUNNER_TEMP": str(machine.temporary),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_OUTPUT": str(self.results),
            "GITHUB_REPOSITORY": "acme/demand",
            "GITHUB_BASE_REF": BRANCHES[event],
            "GITHUB_ACTIONS": "true",
        }

    def run(self, **given: str) -> Done:
        """Run all steps with some inputs; return the output of the audit, and the last code."""
        names = {name.replace("-", "_"): name for name in ACTION["inputs"]}
        inputs = {name: str(about.get("default", "")) for name, about in ACTION["inputs"].items()}
        inputs |= {names[name]: value for name, value in given.items()}
        out, err = "", ""
        for step in ACTION["runs"]["steps"]:
            if not self._wanted(step.get("if", ""), inputs):
                continue
            if "uses" in step:
                self.used.append(step["uses"].partition("@")[0])
                continue
            environment = {
                name: self._value(value, inputs) for name, value in step.get("env", {}).items()
            }
            assert "${{" not in step["run"], "input in a script is code"
            done = self.machine.run(step["run"], environment)
            out, err = out + done.out, err + done.err
            if self.results.exists():
                lines = self.results.read_text(encoding="utf-8").splitlines()
                self.outputs = dict(line.split("=", 1) for line in lines)
            if done.code:
                return Done(done.code, out, err)
        return Done(0, out, err)

    def _value(self, text: str, inputs: dict[str, str]) -> str:
        contexts = {
            "github.action_path": str(ROOT),
            "github.token": "a-token",
            "github.event.pull_request.number": "7",
        }

        def known(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("inputs."):
                return self._value(inputs[name.removeprefix("inputs.")], inputs)
            return contexts[name]

        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", known, text)

    def _wanted(self, condition: str, inputs: dict[str, str]) -> bool:
        for part in filter(None, condition.split(" && ")):
            match = re.fullmatch(r"([\w.-]+) (==|!=) '(.*)'", part)
            assert match, part
            name, operator, value = match.groups()
            if name.startswith("inputs."):
                actual = inputs[name.removeprefix("inputs.")]
            elif name == "github.event_name":
                actual = self.event
            else:
                actual = self.outputs.get(name.removeprefix("steps.audit.outputs."), "")
            if (actual == value) is not (operator == "=="):
                return False
        return True


@pytest.fixture
def runner(machine: Machine) -> Callable[[str], Runner]:
    return lambda event: Runner(machine, event)


def test_a_push_gets_reports_a_summary_and_outputs(
    runner: Callable[[str], Runner], clone: Callable[..., Path]
) -> None:
    work = clone("main")
    job = runner("push")
    done = job.run(base="auto", version="0.1.0")
    assert done.code == 0, done.err
    assert job.outputs["passed"] == "true" and job.outputs["level"] == "0"
    assert 0 < int(job.outputs["score"]) < 100
    assert job.summary.read_text(encoding="utf-8").startswith("<!-- mlops-audit report -->\n## ")
    reports = sorted(path.name for path in (work / "mlops-audit").iterdir())
    assert reports == [f"mlops-audit.{suffix}" for suffix in ("html", "json", "md", "sarif")]
    assert "\n::warning title=" in f"\n{done.out}"
    assert job.machine.installed().splitlines()[-1].endswith(" mlops-audit==0.1.0")
    assert job.used == ["actions/setup-python"]


def test_a_pull_request_fails_on_what_it_brings(
    runner: Callable[[str], Runner], clone: Callable[..., Path], machine: Machine
) -> None:
    work = clone("change", "--depth=1")
    machine.tool("gh", f'printf "%s\\n" "$*" >> "{machine.temporary}/gh"')
    job = runner("pull_request")
    done = job.run(base="auto", fail_on="error", comment="true", upload_sarif="true")
    assert done.code == 1, done.err
    assert job.outputs["passed"] == "false"
    assert "file=settings.py,line=1::" in done.out and "train.py" not in done.out
    report = json.loads((work / "mlops-audit/mlops-audit.json").read_text(encoding="utf-8"))
    errors = [item for item in report["findings"] if item["new"] and item["severity"] == "error"]
    assert [item["path"] for item in errors] == ["settings.py"]
    asked = (machine.temporary / "gh").read_text(encoding="utf-8")
    assert "--method POST repos/acme/demand/issues/7/comments" in asked
    assert "--field body=@mlops-audit/mlops-audit.md" in asked
    assert job.used == ["actions/setup-python", "github/codeql-action/upload-sarif"]


def test_a_comment_that_is_there_is_written_anew(
    runner: Callable[[str], Runner], clone: Callable[..., Path], machine: Machine
) -> None:
    clone("main")
    machine.tool(
        "gh",
        f'printf "%s\\n" "$*" >> "{machine.temporary}/gh"\n'
        'case "$*" in *--paginate*) echo 11; echo 42 ;; esac',
    )
    assert runner("pull_request").run(comment="true").code == 0
    asked = (machine.temporary / "gh").read_text(encoding="utf-8")
    assert "--method PATCH repos/acme/demand/issues/comments/42" in asked


def test_the_token_of_a_fork_is_no_reason_to_fail(
    runner: Callable[[str], Runner], clone: Callable[..., Path], machine: Machine
) -> None:
    clone("main")
    machine.tool("gh", 'echo "HTTP 403: Resource not accessible by integration" >&2; exit 1')
    done = runner("pull_request").run(comment="true")
    assert done.code == 0, done.err
    assert "::notice title=mlops-audit::The token may not comment" in done.out


def test_a_wrong_input_fails_with_the_exit_code_of_the_program(
    runner: Callable[[str], Runner], clone: Callable[..., Path]
) -> None:
    clone("main")
    job = runner("push")
    done = job.run(require="unit-tets")
    assert done.code == 2 and "Did you mean 'unit-tests'?" in done.err
    assert not job.summary.exists()


def test_scores_and_practices_are_lists(
    runner: Callable[[str], Runner], clone: Callable[..., Path]
) -> None:
    clone("main")
    job = runner("push")
    done = job.run(min_score="1, foundations=100", require="unit-tests, no-secrets")
    assert done.code == 1
    assert job.machine.installed().splitlines()[-1].endswith(f" {ROOT}")
    assert "Foundations scores" in done.out + done.err
    assert "Required and not met: Unit tests" in done.out + done.err


def test_every_input_is_used_and_documented() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    for name, about in ACTION["inputs"].items():
        assert f"inputs.{name}" in text and about["description"]
        assert f"`{name}`" in page
    for name in ACTION["outputs"]:
        assert f"`{name}`" in page


def test_actions_are_pinned_to_commits() -> None:
    used: list[Any] = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]
    assert used and all(re.search(r"@[0-9a-f]{40}$", item) for item in used)
