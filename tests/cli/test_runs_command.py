"""`mlops-audit runs`: list, filter, compare and export."""

import contextlib
import io
import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from mlops_audit.cli import main

LOGS = Path(__file__).parents[1] / "readers/data/runs"


class Done(NamedTuple):
    stdout: str
    stderr: str


def command(*words: object, code: int = 0) -> Done:
    """Run the command in this process, as the console script would."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        given = main._run(["runs", *map(str, words), "--no-cache"])
    texts = []
    for stream in (out, err):
        stream.seek(0)
        texts.append(stream.read())
    assert given == code, texts[1]
    return Done(*texts)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "repository"
    for tool in ("mlflow-files", "lightning", "hf-trainer"):
        shutil.copytree(LOGS / tool, folder, dirs_exist_ok=True)
    return folder


def table(*words: object) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(command(*words).stdout))


def test_all_runs_with_what_each_recorded(repository: Path) -> None:
    found = table(repository)
    assert set(found["kind"]) == {"mlflow-files", "lightning", "hf-trainer"}
    child = found[found["name"] == "child"].iloc[0]
    assert (child["metrics.val/auc"], child["params.depth"]) == (0.8, 3)
    assert str(child["commit"]) == "5" * 40
    assert child["started"].startswith("2026-") and child["started"].endswith("+00:00")
    assert (child["data"], child["models"]) == ("customers@ebd67c81", "churn 1 champion")
    assert len(table(repository, "--deleted")) > len(found)


@pytest.mark.parametrize(
    ("where", "runs"),
    [
        ("val/auc > 0.7", {"child"}),
        ("metrics.val/auc >= 0.8 and params.lr = 0.1", {"child"}),
        ("params.lr < 0.2 and kind = 'lightning'", {"version_0", "version_1"}),
        ("not (kind = lightning or kind = hf-trainer) and status = failed", {"broken"}),
        ("name like 'CHI%'", {"child"}),
        ("name != child and kind = mlflow-files", {"search", "broken"}),
        ("started > 2020-01-01 and started < '2021-01-01'", set()),
        ("`metrics.val/auc` > 0.9", set()),
    ],
)
def test_where_keeps_the_runs_for_which_it_holds(
    repository: Path, where: str, runs: set[str]
) -> None:
    found = json.loads(command(repository, "--where", where, "-f", "json").stdout)
    assert {run["name"] or run["run"] for run in found} == runs


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("val_aucc > 1", "no run has a column val_aucc"),
        ("val/auc >", "a value is missing at the end"),
        ("val/auc ~ 1", "no comparison"),
        ("(val/auc > 1", "a ) is missing"),
        ("val/auc > 1 val/auc", "is not expected here"),
        ("val/auc > 'x", "cannot be read"),
        ("started > soon", "is no time"),
        ("(" * 200 + "a = 1", "nested too deeply"),
        ("__import__('os')", "no comparison"),
    ],
)
def test_a_wrong_filter_is_told(repository: Path, where: str, problem: str) -> None:
    assert problem in command(repository, "--where", where, code=2).stderr


def test_sorted_by_a_metric_the_best_first(repository: Path) -> None:
    found = table(repository, "--sort", "train_loss", "--desc", "-n", 2, "-c", "run,train_loss")
    assert list(found.columns) == ["run", "metrics.train_loss"]
    assert list(found["run"]) == ["out", "version_0"]


def test_side_by_side_stands_only_what_differs(repository: Path) -> None:
    text = command(repository, "--run", "version_0", "--run", "version_1", "--compare").stdout
    found = pd.read_csv(io.StringIO(text)).set_index("what")
    assert list(found.columns) == ["version_0"[:16], "version_1"]
    assert "metrics.val_loss" in found.index
    assert "params.lr" not in found.index
    assert "2 to 20" in command(repository, "--run", "child", "--compare", code=2).stderr
    assert "no run is called" in command(repository, "--run", "nobody", code=2).stderr


def test_the_history_of_a_metric(repository: Path) -> None:
    found = table(repository, "--history", "val/auc")
    assert list(zip(found["name"], found["step"], found["value"], strict=True)) == [
        ("child", 0, 0.7),
        ("child", 1, 0.9),
        ("child", 2, 0.8),
    ]


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_exported_files_hold_every_run(repository: Path, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"runs.{suffix}"
    done = command(repository, "--output", target)
    assert done.stdout == ""
    read = {"csv": pd.read_csv, "json": pd.read_json, "parquet": pd.read_parquet}[suffix]
    found = read(target)
    assert len(found) == len(table(repository))
    assert found["metrics.val/auc"].dropna().tolist() == [0.8]


def test_parquet_needs_a_file(repository: Path) -> None:
    assert "--output runs.parquet" in command(repository, "-f", "parquet", code=2).stderr


def test_a_table_shows_what_tells_runs_apart(repository: Path) -> None:
    shown = command(repository, "-f", "table").stdout
    assert "child" in shown and "finished" in shown and "train_loss" in shown.replace("\n", "")


def test_text_that_a_spreadsheet_would_run_is_disarmed(tmp_path: Path) -> None:
    run = tmp_path / ("mlruns/1/" + "a" * 32)
    (run / "params").mkdir(parents=True)
    (run / "meta.yaml").write_text(f"run_id: {run.name}\nexperiment_id: '1'\nstatus: 3\n")
    (run / "params/p").write_text("=cmd|' /C calc'!A0")
    assert table(tmp_path)["params.p"][0].startswith("'=")


@pytest.mark.parametrize(
    "place", ["mlflow-files/mlruns", "mlflow-db/mlflow.db", "sqlite:///{logs}/mlflow-db/mlflow.db"]
)
def test_a_store_may_be_named_instead_of_a_repository(place: str) -> None:
    named = place.format(logs=LOGS) if "{" in place else LOGS / place
    assert sorted(table(named)["name"]) == ["broken", "child", "search"]


def test_nothing_there_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "readme.md").write_text("x\n")
    assert json.loads(command(tmp_path, "-f", "json").stdout) == []
    assert "0 rows" in command(tmp_path, "-f", "table").stderr
    assert "does not exist" in command(tmp_path / "nowhere", code=2).stderr
