"""Projects of a monorepo: each is judged on its own files and on what serves it."""

import io
from pathlib import Path

import pytest

from mlops_audit.audit import AuditOptions, audit
from mlops_audit.errors import UsageError
from mlops_audit.facts.collect import collect
from mlops_audit.linking import link
from mlops_audit.monorepo import Projects
from mlops_audit.reports.console import make_console, render_console
from mlops_audit.reports.html_report import render_html
from mlops_audit.repository import open_repository

TRAIN = """\
from pathlib import Path

import joblib
import pandas as pd
from sklearn.svm import SVC
{imports}

def main():
    frame = pd.read_csv("data.csv")
    model = SVC().fit(frame[["a"]], frame["b"])
    joblib.dump(model, "model.joblib")


if __name__ == "__main__":
    main()
"""
TEST = """\
from demand.train import main


def test_main():
    assert main
"""
WORKFLOW = """\
on:
  schedule:
    - cron: "0 4 * * 1"
jobs:
  demand:
    runs-on: ubuntu-latest
    steps:
      - run: python demand/train.py
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: ruff check .
"""


@pytest.fixture
def monorepo(tmp_path: Path) -> Path:
    files = {
        "README.md": "# Models\n",
        "CODEOWNERS": "* @acme/models\n",
        ".github/workflows/retrain.yml": WORKFLOW,
        "shared/plots.py": "def draw(frame):\n    return frame.plot()\n",
        "shared/unused.py": "import wandb\n\nwandb.init()\n",
        "data/all.csv": "a,b\n1,2\n",
        "tests/test_demand.py": TEST,
        "demand/__init__.py": "",
        "demand/requirements.txt": "scikit-learn==1.5.2\n",
        "demand/train.py": TRAIN.format(imports="from shared.plots import draw\n"),
        "demand/notebooks/look.ipynb": '{"cells": [], "nbformat": 4, "nbformat_minor": 5}',
        "price/requirements.txt": "scikit-learn\n",
        "price/train.py": TRAIN.format(imports=""),
        "price/evaluate.py": "from sklearn.metrics import accuracy_score\n",
    }
    for name, text in files.items():
        path = tmp_path / "models" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "models"


@pytest.fixture
def projects(monorepo: Path) -> Projects:
    store = collect(open_repository(monorepo))
    link(store)
    return Projects(store)


def files_of(projects: Projects, name: str) -> set[str]:
    with projects.facts(projects.find(name)) as part:
        return {path for (path,) in part.connection.execute("SELECT path FROM file")}


def test_a_project_sees_its_files_and_what_cuts_across(projects: Projects) -> None:
    assert [project.root for project in projects.all] == ["demand", "price"]
    common = {"README.md", "CODEOWNERS"}
    demand, price = files_of(projects, "demand"), files_of(projects, "price")
    assert common <= demand and common <= price
    assert "demand/train.py" in demand and "demand/train.py" not in price
    assert "price/train.py" in price and "price/train.py" not in demand


def test_a_project_knows_what_technologies_bring_along(projects: Projects) -> None:
    with projects.facts(projects.find("demand")) as part:
        known = part.connection.execute(
            "SELECT feature FROM technology_feature WHERE technology = 'mlflow'"
        ).fetchall()
    assert ("records-commit",) in known


def test_shared_code_counts_where_it_is_used(projects: Projects) -> None:
    demand, price = files_of(projects, "demand"), files_of(projects, "price")
    assert "shared/plots.py" in demand and "shared/plots.py" not in price
    assert "tests/test_demand.py" in demand and "tests/test_demand.py" not in price
    assert "shared/unused.py" not in demand | price
    assert "data/all.csv" not in demand | price


def test_automation_counts_for_what_it_runs(projects: Projects) -> None:
    def triggers(name: str) -> set[tuple[str, str]]:
        with projects.facts(projects.find(name)) as part:
            return set(
                part.connection.execute(
                    "SELECT r.kind, r.path FROM trigger_reach AS r"
                    " JOIN action AS a ON a.path = r.path AND a.scope = r.scope"
                    " WHERE a.action = 'train'"
                )
            )

    assert triggers("demand") == {("schedule", "demand/train.py")}
    assert triggers("price") == set()


def test_a_job_of_another_project_is_hidden(projects: Projects, monorepo: Path) -> None:
    workflow = monorepo / ".github" / "workflows" / "retrain.yml"
    workflow.write_text(
        WORKFLOW + "  price:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - run: python price/train.py\n"
    )
    store = collect(open_repository(monorepo))
    link(store)
    both = Projects(store)
    with both.facts(both.find("price")) as part:
        jobs = {name for (name,) in part.connection.execute("SELECT name FROM job")}
        texts = {text for (text,) in part.connection.execute("SELECT text FROM command")}
    assert jobs == {"lint", "price"}
    assert texts == {"ruff check .", "python price/train.py"}


def test_each_project_is_reported(monorepo: Path) -> None:
    result = audit(monorepo, AuditOptions(cache=False))
    demand, price = result.repository.projects
    assert (demand.root, price.root) == ("demand", "price")
    assert demand.kind == price.kind == "experimentation"
    assert demand.level is not None
    assert set(demand.phases) == {phase.id for phase in result.phases}
    assert demand.score is not None and price.score is not None
    assert demand.score > price.score  # only its versions are pinned and its training scheduled
    assert demand.files == 4


def test_the_page_and_the_summary_list_the_projects(monorepo: Path) -> None:
    result = audit(monorepo, AuditOptions(cache=False))
    page = render_html(result)
    assert (
        page.index('id="projects"') < page.index("<code>price</code>") < page.index('id="ladder"')
    )
    stream = io.StringIO()
    render_console(result, make_console(stream, {}))
    lines = stream.getvalue().splitlines()
    start = lines.index("Projects (2, lowest level first)")
    assert [line.split()[0] for line in lines[start + 1 : start + 3]] == ["price", "demand"]


def test_one_project_is_audited_alone(monorepo: Path) -> None:
    result = audit(monorepo, AuditOptions(cache=False, project="price"))
    assert result.repository.name == "models/price"
    assert result.repository.projects == ()
    assert not [finding for finding in result.findings if (finding.path or "").startswith("demand")]
    assert [finding.path for finding in result.findings if finding.rule == "unpinned-dependency"]
    whole = audit(monorepo, AuditOptions(cache=False))
    (summary,) = [item for item in whole.repository.projects if item.root == "price"]
    assert (summary.level, summary.score) == (result.maturity.level, result.maturity.score)


@pytest.mark.parametrize(
    ("name", "said"),
    [("prise", "Did you mean 'price'?"), ("zzz", "Known: demand, ")],
)
def test_an_unknown_project(projects: Projects, name: str, said: str) -> None:
    with pytest.raises(UsageError, match="There is no project") as caught:
        projects.find(name)
    assert said in str(caught.value)


def test_a_folder_names_a_project(projects: Projects) -> None:
    assert projects.find("./price/").root == "price"


def test_a_repository_that_is_one_project(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAIN.format(imports=""))
    with pytest.raises(UsageError, match="the repository is one project"):
        audit(tmp_path, AuditOptions(cache=False, project="x"))
