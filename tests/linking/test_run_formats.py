"""What each tool left behind, as the tool itself wrote it, becomes runs of one shape."""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlops_audit.facts.collect import collect
from mlops_audit.facts.store import FactStore
from mlops_audit.linking.runs import merge_runs
from mlops_audit.repository import open_repository

LOGS = Path(__file__).parents[1] / "readers/data/runs"

Ask = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Callable[..., Ask]]:
    """Return a function that reads the logs of a tool, or the given files, and merges them."""
    stores: list[FactStore] = []

    def run(tool: str = "", **files: str | bytes) -> Ask:
        root = tmp_path / f"repository{len(stores)}"
        if tool:
            shutil.copytree(LOGS / tool, root)
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            data = content.encode() if isinstance(content, str) else content
            (root / name).write_bytes(data)
        store = collect(open_repository(root), jobs=1)
        stores.append(store)
        merge_runs(store)
        return lambda query, *values: store.connection.execute(query, values).fetchall()

    yield run
    for store in stores:
        store.close()


@pytest.mark.parametrize(
    ("tool", "store", "kind", "statuses", "metric", "parameter"),
    [
        ("keras", ".", "keras", {"unknown"}, ("val_loss", 2.28, 3), None),
        (
            *("optuna", "optuna.db", "optuna", {"finished", "killed", "failed"}),
            *(("value", 1.01, 1), ("kind", "linear")),
        ),
        (
            *("optuna", "journal.log", "optuna", {"finished", "killed", "failed"}),
            *(("intermediate", 0.0, 3), ("depth", "7")),
        ),
        (
            *("sacred", "sacred_runs", "sacred", {"finished", "failed"}),
            *(("val.auc", 0.9, 3), ("model.depth", "3")),
        ),
        ("papermill", "out", "papermill", {"finished", "failed"}, None, ("lr", "0.2")),
        ("guild", ".guild/runs", "guild", {"finished"}, ("loss", 0.4, 3), ("lr", "0.2")),
        ("clearml", "offline", "clearml", {"unknown"}, ("val/auc", 0.9, 3), ("lr", "0.1")),
        ("clearml", "archives", "clearml", {"unknown"}, ("best", 0.9, 1), ("depth", "3")),
        ("comet", "comet", "comet", {"finished"}, ("val_auc", 0.9, 3), ("model.depth", "3")),
        ("neptune", ".neptune/offline", "neptune", {"unknown"}, ("val/auc", 0.9, 3), ("lr", "0.1")),
        ("kedro", "data/09_tracking", "kedro", {"unknown"}, ("metrics/val_auc", 0.9, 1), None),
        ("metaflow", ".metaflow", "metaflow", {"finished"}, None, ("lr", "(pickled)")),
        (
            *("ray-tune", "ray_results/search", "ray-tune", {"unknown", "failed"}),
            *(("nested/loss", 0.9, 3), ("model.depth", "3")),
        ),
        ("zenml", "zenml.db", "zenml", {"finished"}, ("fit/val_auc", 0.9, 1), ("fit.lr", "0.2")),
        ("aim", ".aim/run_metadata.sqlite", "aim", {"unknown"}, None, None),
        (
            *("tensorboardx", "runs/first", "tensorboard", {"unknown"}),
            *(("hparam/auc", 0.9, 1), ("depth", "3")),
        ),
        ("azureml", ".", "azureml", {"finished", "unknown"}, None, ("lr", "0.1")),
        (
            *("sagemaker", ".", "sagemaker", {"finished"}),
            *(("validation:auc", 0.9, 1), ("depth", "3")),
        ),
        (
            *("model-card", "out", "hf-trainer", {"unknown"}),
            *(("eval_accuracy", 0.91, 1), ("learning_rate", "2e-05")),
        ),
    ],
)
def test_runs_of_each_tool(read, tool, store, kind, statuses, metric, parameter) -> None:
    ask = read(tool)
    assert ask("SELECT kind FROM run_store WHERE path = ?", store) == [(kind,)]
    assert {s for (s,) in ask("SELECT status FROM run WHERE store = ?", store)} == statuses
    if metric is not None:
        assert metric in ask(
            "SELECT key, round(value, 2), points FROM run_metric WHERE store = ? AND NOT system",
            store,
        )
    if parameter is not None:
        assert parameter in ask("SELECT key, value FROM run_parameter WHERE store = ?", store)


@pytest.mark.parametrize(
    ("tool", "commit"),
    [("optuna", "5" * 40), ("azureml", "5" * 40), ("sacred", None), ("clearml", None)],
)
def test_commits_that_tools_recorded(read, tool: str, commit: str | None) -> None:
    found = {sha for (sha,) in read(tool)("SELECT commit_sha FROM run WHERE commit_sha <> ''")}
    assert len(found) == 1
    assert found == {commit} or (commit is None and all(len(str(sha)) == 40 for sha in found))


def test_what_sacred_says_of_a_run(read) -> None:
    ask = read("sacred")
    assert ask("SELECT experiment, source, dirty FROM run WHERE run = '1'") == [
        ("churn", "train.py", 0)
    ]
    assert ask("SELECT name, kind FROM run_artifact") == [("model.pkl", "model")]
    assert ("python", "3.11.7") in ask("SELECT key, value FROM run_environment")
    assert [
        value
        for (value,) in ask("SELECT round(value, 1) FROM run_point WHERE run = '1' ORDER BY step")
    ] == [0.7, 0.8, 0.9]


def test_texts_and_switches_of_tensorboard(read) -> None:
    ask = read("tensorboardx")
    assert ("about", "the first try") in ask("SELECT key, value FROM run_tag")
    assert ("shuffle", "True") in ask("SELECT key, value FROM run_parameter")


def test_aim_says_what_cannot_be_read(read) -> None:
    ((problem,),) = read("aim")("SELECT problem FROM diagnostic")
    assert "RocksDB" in problem and "Export" in problem


@pytest.mark.parametrize(
    ("name", "kind", "key", "value"),
    [
        ("training_log.csv", "metrics-file", "val acc", 0.6),
        ("metrics.jsonl", "metrics-file", "val/auc", 0.9),
        ("history.json", "metrics-file", "val_loss", 0.9),
        ("train.log", "text-log", "loss", 0.12),
    ],
)
def test_plain_logs_are_weaker_evidence(read, name: str, kind: str, key: str, value: float) -> None:
    ask = read("plain")
    assert ask("SELECT kind FROM run_store WHERE path = ?", name) == [(kind,)]
    query = "SELECT round(value, 2) FROM run_metric WHERE store = ? AND key = ?"
    assert ask(query, name, key) == [(value,)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("results.csv", "model,accuracy\na,0.9\nb,0.8\n"),
        ("metrics.csv", "step,loss\n3,0.5\n"),
        ("train.csv", "epoch,price\n1,10\n2,11\n"),
        ("train.csv", "step,error\n5,1\n2,1\n9,1\n"),
        ("metrics.json", '{"accuracy": 0.9, "loss": 0.1}'),
        ("history.json", '{"prices": [1, 2, 3]}'),
        ("log.txt", "In epoch 3 we will add loss functions\n* epoch 4: accuracy\n"),
        ("results.txt", "The loss 0.12 was best\n"),
        ("train_log.txt", "epoch 1 loss 0.5\n"),
        ("results.jsonl", '{"id": 1, "score": 2}\n{"id": 2, "score": 3}\n'),
        ("data/describe-job.json", '{"TrainingJobArn": "x"}'),
        ("1/run.json", '{"experiment": "x"}'),
        ("a/1/metrics.json", '{"auc": 0.9}'),
        ("a/b/result.json", '{"accuracy": 0.9}'),
        ("a/b/params.json", '{"lr": 0.9}'),
        ("study.log", '{"op_code": "x"}\n'),
        ("out/eval_results.json", '{"accuracy": 0.9}'),
        ("README.md", "---\ntags: [x]\n---\n### Training hyperparameters\n- lr: 1\n"),
    ],
)
def test_files_that_are_only_called_like_logs(read, name: str, content: str) -> None:
    ask = read(**{name: content})
    assert ask("SELECT * FROM run") == []
    assert ask("SELECT * FROM run_store") == []


def test_a_plain_log_in_the_folder_of_a_run_is_not_another_run(read) -> None:
    ask = read(
        **{
            "out/trainer_state.json": json.dumps(
                {"global_step": 2, "log_history": [{"step": 1, "loss": 0.5}]}
            ),
            "out/train_log.csv": "epoch,loss\n1,0.5\n2,0.4\n",
        }
    )
    assert ask("SELECT path, kind FROM run_store") == [("out", "hf-trainer")]
    assert ask("SELECT DISTINCT store FROM run_metric") == [("out",)]


def test_a_log_in_another_encoding_is_read(read) -> None:
    text = "epoch,loss,val_loss\n0,0.5,0.6\n1,0.4,0.5\n"
    ask = read(**{"training_log.csv": text.encode("utf-16")})
    assert ("val_loss", 0.5, 2) in ask("SELECT key, value, points FROM run_metric")


def test_a_long_history_keeps_its_ends_and_extremes(read) -> None:
    rows = [f"{step},{abs(step - 3210) + 0.5}" for step in range(10_000)]
    ask = read(**{"training_log.csv": "\n".join(["epoch,loss", *rows])})
    points = ask("SELECT step, value FROM run_point WHERE key = 'loss' ORDER BY step")
    assert ask("SELECT points FROM run_metric WHERE key = 'loss'") == [(10_000,)]
    assert len(points) <= 104
    assert {0, 3210, 9999} <= {step for step, _ in points}


def test_clocks_and_numbers_that_are_none(read) -> None:
    run = "0123456789abcdef0123456789abcdef"
    ask = read(
        **{
            f"mlruns/1/{run}/meta.yaml": (
                f"run_id: {run}\nexperiment_id: '1'\nstatus: 3\n"
                "start_time: 1700000009000\nend_time: 1700000001000\n"
            ),
            f"mlruns/1/{run}/metrics/auc": "1 nan 0\n2 inf 1\n3 0.5 2\n99999999999999999 -inf 3\n",
        }
    )
    assert ask("SELECT value, points FROM run_metric") == [(None, 4)]
    assert ask("SELECT value FROM run_point ORDER BY step") == [(None,), (None,), (0.5,), (None,)]
    assert ask("SELECT started_at > ended_at FROM run") == [(1,)]


def test_an_archive_that_is_damaged_or_a_bomb_is_bounded(read, tmp_path: Path) -> None:
    name = "0123456789abcdef0123456789abcdef"
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("experiment.json", b'{"offline_id": "a", "project_name": "p"}')
        archive.writestr("messages.json", b" " * 50_000_000)
    ask = read(
        **{
            f"comet/{name}.zip": bomb.read_bytes(),
            f"other/{name}.zip": b"PK\x03\x04 cut off",
            f"offline-{name}.zip": b"not an archive",
        }
    )
    assert ask("SELECT experiment FROM run") == [("p",)]
    assert ask("SELECT path FROM diagnostic") == [(f"offline-{name}.zip",)]
