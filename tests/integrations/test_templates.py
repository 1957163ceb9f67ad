"""The other places where people run it: the commands of the templates do what they promise."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ci_machine import ROOT, SECRET, Machine
from history import git

TEMPLATES = ROOT / "integrations"


def test_gitlab(machine: Machine, clone: Callable[..., Path]) -> None:
    work = clone("change")
    job = yaml.safe_load((TEMPLATES / "gitlab/mlops-audit.gitlab-ci.yml").read_text("utf-8"))
    script = "\n".join([*job["mlops-audit"]["before_script"], *job["mlops-audit"]["script"]])
    more = {
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "MLOPS_AUDIT_FAIL_ON": "error",
        "AUDIT_VERSION": "0.1.0",
    }
    done = machine.run(script, more)
    assert done.code == 1, done.err
    assert "mlops-audit==0.1.0" in machine.installed()
    (reason,) = json.loads((work / "mlops-audit.json").read_text("utf-8"))["gate"]["reasons"]
    assert reason.startswith("New: ") and "(settings.py:1)" in reason
    reports = job["mlops-audit"]["artifacts"]["reports"]
    issues = json.loads((work / reports["codequality"]).read_text("utf-8"))
    assert "settings.py" in {item["location"]["path"] for item in issues}
    assert "<testsuites>" in (work / reports["junit"]).read_text("utf-8")
    # On the main branch nothing is compared.
    git(work, "checkout", "-q", "main")
    assert machine.run(script, {"MLOPS_AUDIT_FAIL_ON": "error"}).code == 0


def test_azure_pipelines(machine: Machine, clone: Callable[..., Path]) -> None:
    clone("change")
    data = yaml.safe_load((TEMPLATES / "azure-pipelines/mlops-audit.yml").read_text("utf-8"))
    values = {item["name"]: item["default"] for item in data["parameters"]}
    more = {
        "AGENT_TEMPDIRECTORY": str(machine.temporary),
        "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
    }
    codes = []
    for step in data["steps"]:
        if "bash" in step:
            environment = {
                name: re.sub(r"\$\{\{ parameters\.(\w+) \}\}", lambda m: values[m[1]], text)
                for name, text in step["env"].items()
            }
            done = machine.run(step["bash"], {**more, **environment})
            codes.append(done.code)
    assert codes == [0, 1], done.err
    assert "python -m pip install" in machine.installed()
    reports = machine.temporary / "mlops-audit"
    assert f"##vso[task.uploadsummary]{reports}/mlops-audit.md" in done.out
    assert sorted(path.suffix for path in reports.iterdir()) == [".html", ".md", ".sarif", ".xml"]
    assert "settings.py" in (reports / "mlops-audit.md").read_text("utf-8")


def test_jenkins(machine: Machine, clone: Callable[..., Path]) -> None:
    work = clone("change")
    text = (TEMPLATES / "jenkins/Jenkinsfile").read_text("utf-8")
    machine.tool(
        "mlops-audit", f'exec "{machine.tools}/mlops-audit" "$@"', machine.home / ".local/bin"
    )
    scripts = re.findall(r"sh '''(.*?)'''", text, re.DOTALL)
    assert len(scripts) == 1
    # In a string of Groovy, a backslash is written twice or ends the line, as here.
    done = machine.run(scripts[0], {"CHANGE_TARGET": "main"})
    assert done.code == 1, done.err
    for name in re.findall(r"'(reports/[^']+)'", text):
        assert (work / name).is_file()


def test_pre_commit_stops_what_the_staged_change_brings(
    machine: Machine, clone: Callable[..., Path]
) -> None:
    work = clone("main")
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    entry = next(hook["entry"] for hook in hooks if hook["id"] == "mlops-audit")
    assert machine.run(entry).code == 0
    (work / "settings.py").write_text(SECRET, encoding="utf-8")
    git(work, "add", "settings.py")
    done = machine.run(entry)
    assert done.code == 1
    assert done.out.startswith("settings.py:1: error: ") and "[committed-secret]" in done.out
    assert git(work, "status", "--porcelain") == "A  settings.py"
    push = next(hook["entry"] for hook in hooks if hook["id"] == "mlops-audit-push")
    assert machine.run(push).code == 1


def test_the_image_runs_what_it_installs() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert 'ENTRYPOINT ["mlops-audit"]' in text and "USER 10001" in text


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("schema", "transform", "file"),
    [
        ("github-actions", "", "action.yml"),
        ("gitlab-ci", "gitlab-ci", "integrations/gitlab/mlops-audit.gitlab-ci.yml"),
        ("azure-pipelines", "azure-pipelines", "integrations/azure-pipelines/mlops-audit.yml"),
    ],
)
def test_templates_fit_their_schemas(schema: str, transform: str, file: str) -> None:
    more = ["--data-transform", transform] if transform else []
    done = run(
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        f"vendor.{schema}",
        *more,
        file,
    )
    assert done.returncode == 0, done.stdout


def test_linters_have_no_complaint() -> None:
    rules = (
        "{extends: default, rules: {line-length: disable, document-start: disable,"
        " truthy: disable, comments: {min-spaces-from-content: 1}}}"
    )
    files = ["action.yml", ".pre-commit-hooks.yaml", "integrations"]
    done = run(sys.executable, "-m", "yamllint", "--strict", "-d", rules, *files)
    assert done.returncode == 0, done.stdout
    hadolint = Path(sys.executable).with_name("hadolint")
    done = run(str(hadolint), "Dockerfile")
    assert done.returncode == 0, done.stdout
    done = run(sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout


def recipe(language: str) -> str:
    """Return the last example in a language of the page about CI."""
    text = (ROOT / "docs" / "ci.md").read_text("utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)[-1]


def test_tox_and_nox_take_their_recipes(tmp_path: Path) -> None:
    (tmp_path / "tox.ini").write_text(recipe("ini"), encoding="utf-8")
    (tmp_path / "noxfile.py").write_text(recipe("python"), encoding="utf-8")
    done = run(sys.executable, "-m", "tox", "config", "-c", str(tmp_path), "-e", "audit")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mlops-audit --fail-on error" in done.stdout
    done = run(sys.executable, "-m", "nox", "-f", str(tmp_path / "noxfile.py"), "--list")
    assert done.returncode == 0 and "* audit" in done.stdout, done.stderr


def test_the_workflow_in_the_documentation_fits_its_schema(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "ci.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(name: MLOps audit\n.*?)```", text, re.DOTALL)
    file = tmp_path / "audit.yml"
    file.write_text(example, encoding="utf-8")
    name = "vendor.github-workflows"
    done = run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", name, str(file))
    assert done.returncode == 0, done.stdout
    inputs = yaml.safe_load(example)["jobs"]["audit"]["steps"][-1]["with"]
    known = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    assert set(inputs) <= set(known)
