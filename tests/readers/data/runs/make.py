"""Writes the run logs beside this file with the real libraries.

Run it in a virtual environment of its own, one tool or all of them:

    pip install mlflow wandb tensorboard dvclive lightning transformers accelerate hydra-core \
        catboost ultralytics
    python make.py [TOOL ...]

Each tool trains something tiny, without any network. What only takes room (weights, pictures,
console logs) is removed, and in text files the path of the temporary folder is replaced.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_KEPT_BYTES = 120_000


def mlflow_files(work: Path) -> None:
    """Write a file store: two experiments, nested and failed runs, a data set, a registry."""
    os.environ |= {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
    import mlflow

    _mlflow(mlflow, f"file:{work}/mlruns")
    client = mlflow.MlflowClient()
    deleted = client.create_experiment("abandoned")
    run = client.create_run(deleted)
    client.log_metric(run.info.run_id, "val_auc", 0.1)
    client.delete_experiment(deleted)


def mlflow_database(work: Path) -> None:
    """Write the same into an SQLite store, with the tables that are empty removed."""
    os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true"}
    import mlflow

    _mlflow(mlflow, f"sqlite:///{work}/mlflow.db")
    connection = sqlite3.connect(work / "mlflow.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA foreign_keys = OFF")
    kinds = "SELECT type, name FROM sqlite_master WHERE type IN ('index', 'table') ORDER BY type"
    for kind, name in connection.execute(kinds).fetchall():
        if name.startswith("sqlite_"):
            continue
        if kind == "index" or connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (
            0,
        ):
            connection.execute(f'DROP {kind} IF EXISTS "{name}"')
    connection.execute("PRAGMA page_size = 512")
    connection.execute("VACUUM")
    connection.close()


def _mlflow(mlflow: Any, uri: str) -> None:
    import numpy

    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("churn")
    with mlflow.start_run(run_name="search"):
        mlflow.log_param("grid", "3x3")
        with mlflow.start_run(run_name="child", nested=True):
            data = mlflow.data.from_numpy(numpy.zeros((2, 2)), name="customers")
            mlflow.log_input(data, context="training")
            mlflow.log_params({"lr": 0.1, "depth": 3})
            mlflow.set_tag("mlflow.source.git.commit", "5" * 40)
            for step, value in enumerate((0.7, 0.9, 0.8)):
                mlflow.log_metric("val/auc", value, step=step)
            mlflow.log_metric("loss", float("nan"))
            mlflow.log_metric("system/cpu_utilization_percentage", 12.0)
            child = mlflow.active_run().info.run_id
    try:
        with mlflow.start_run(run_name="broken"):
            raise ValueError
    except ValueError:
        pass
    client = mlflow.MlflowClient()
    gone = client.create_run(client.get_experiment_by_name("churn").experiment_id)
    client.delete_run(gone.info.run_id)
    client.create_registered_model("churn")
    client.create_model_version("churn", "artifacts/model", run_id=child)
    client.set_registered_model_alias("churn", "champion", "1")


def wandb(work: Path) -> None:
    """Write an offline run: settings, history and summary are in its binary log."""
    import wandb as library

    os.environ |= {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "WANDB_DIR": str(work)}
    script = work / "train.py"
    script.write_text("# trains\n")
    _git(work)
    settings = library.Settings(x_disable_stats=True, console="off", program=str(script))
    with library.init(
        project="churn",
        name="first",
        group="search",
        config={"lr": 0.1, "model": {"depth": 3}},
        settings=settings,
        dir=str(work),
    ) as run:
        for step in range(3):
            run.log({"val/auc": 0.7 + step / 10, "epoch": step})
        run.summary["best"] = 0.9
    shutil.rmtree(work / ".git")


def tensorboard(work: Path) -> None:
    """Write scalars of training and validation, of the newer kind, and a folder of text alone."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
    from tensorboard.util.tensor_util import make_tensor_proto
    from torch.utils.tensorboard import SummaryWriter

    for part in ("train", "validation"):
        with SummaryWriter(str(work / "logs/fit/20240102-030405" / part)) as writer:
            for step in range(3):
                writer.add_scalar("epoch_loss", 1.0 / (step + 1), step)
                writer.add_scalar("epoch_learning_rate", 0.1, step)
    with SummaryWriter(str(work / "logs/fit/notes")) as writer:
        writer.add_text("about", "no metric here")
    newer = EventFileWriter(str(work / "logs/fit/newer"))
    for step in range(3):
        tensor = make_tensor_proto(0.5 * step, dtype="float32")
        summary = Summary(value=[Summary.Value(tag="epoch_auc", tensor=tensor)])
        newer.add_event(Event(wall_time=1_700_000_000 + step, step=step, summary=summary))
    newer.close()


def dvclive(work: Path) -> None:
    """Write metrics, parameters and plots."""
    from dvclive import Live

    with Live(dir=str(work / "dvclive"), save_dvc_exp=False, monitor_system=False) as live:
        live.log_params({"lr": 0.1, "model": {"depth": 3}})
        for step in range(3):
            live.log_metric("train/loss", 1.0 / (step + 1))
            live.log_metric("epoch", step)
            live.next_step()


def lightning(work: Path) -> None:
    """Write the logs of the CSV logger and of the TensorBoard logger."""
    import lightning as library
    import torch
    from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger

    class Model(library.LightningModule):
        def __init__(self, lr: float = 0.1) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(2, 1)

        def training_step(self, batch: torch.Tensor) -> torch.Tensor:
            loss = self.layer(batch).square().mean()
            self.log("train_loss", loss)
            return loss

        def validation_step(self, batch: torch.Tensor) -> None:
            self.log("val_loss", self.layer(batch).square().mean())

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), lr=0.1)

    loader = torch.utils.data.DataLoader(torch.zeros(8, 2), batch_size=4)
    for logger in (CSVLogger(work), TensorBoardLogger(work, version=1)):
        trainer = library.Trainer(
            max_epochs=2,
            logger=logger,
            enable_checkpointing=False,
            accelerator="cpu",
            enable_progress_bar=False,
            enable_model_summary=False,
            log_every_n_steps=1,
        )
        trainer.fit(Model(), loader, loader)


def hf_trainer(work: Path) -> None:
    """Write the state of a trainer that evaluates after each epoch."""
    import torch
    from transformers import Trainer, TrainingArguments

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(2, 2)

        def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
            logits = self.layer(x)
            return {"loss": torch.nn.functional.cross_entropy(logits, labels), "logits": logits}

    rows = [{"x": torch.zeros(2), "labels": 0} for _ in range(8)]
    arguments = TrainingArguments(
        output_dir=str(work / "out"),
        num_train_epochs=2,
        eval_strategy="epoch",
        logging_steps=1,
        save_strategy="epoch",
        use_cpu=True,
        report_to=[],
        disable_tqdm=True,
    )
    trainer = Trainer(Model(), arguments, train_dataset=rows, eval_dataset=rows)
    trainer.train()
    trainer.save_state()


def hydra(work: Path) -> None:
    """Write the configuration of one run and of a sweep of two."""
    (work / "config.yaml").write_text("lr: 0.1\nmodel: {depth: 3}\n")
    script = work / "train.py"
    script.write_text(
        "import hydra\n@hydra.main(config_path='.', config_name='config', version_base=None)\n"
        "def main(config): pass\nmain()\n"
    )
    subprocess.run([sys.executable, script, "lr=0.2"], cwd=work, check=True)
    subprocess.run([sys.executable, script, "-m", "lr=0.3,0.4"], cwd=work, check=True)


def catboost(work: Path) -> None:
    """Write what each fit leaves behind."""
    from catboost import CatBoostClassifier

    model = CatBoostClassifier(iterations=3, train_dir=str(work / "catboost_info"), verbose=False)
    model.fit([[0], [1], [2], [3]], [0, 0, 1, 1], eval_set=([[0], [3]], [0, 1]))


def ultralytics(work: Path) -> None:
    """Train a classifier from scratch on four pictures."""
    from PIL import Image
    from ultralytics import YOLO

    for part in ("train", "val"):
        for name in ("a", "b"):
            folder = work / "data" / part / name
            folder.mkdir(parents=True)
            for number in range(2):
                Image.new("RGB", (32, 32), (99 * number, 0, 0)).save(folder / f"{number}.png")
    YOLO("yolov8n-cls.yaml").train(
        data=str(work / "data"),
        epochs=2,
        imgsz=32,
        batch=2,
        workers=0,
        device="cpu",
        plots=False,
        project=str(work / "runs/classify"),
        name="train",
        verbose=False,
    )
    for name in ("data", "dvclive", "mlruns"):
        shutil.rmtree(work / name, ignore_errors=True)
    (work / "dvc.yaml").unlink(missing_ok=True)


TOOLS: dict[str, Callable[[Path], None]] = {
    "mlflow-files": mlflow_files,
    "mlflow-db": mlflow_database,
    "wandb": wandb,
    "tensorboard": tensorboard,
    "dvclive": dvclive,
    "lightning": lightning,
    "hf-trainer": hf_trainer,
    "hydra": hydra,
    "catboost": catboost,
    "ultralytics": ultralytics,
}


def _git(folder: Path) -> None:
    for command in (
        ("init", "-q"),
        ("remote", "add", "origin", "https://example.org/churn.git"),
        ("add", "-A"),
        ("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "Train"),
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)


def _keep(work: Path, target: Path) -> None:
    """Copy what the readers look at."""
    shutil.rmtree(target, ignore_errors=True)
    for path in sorted(work.rglob("*")):
        relative = path.relative_to(work)
        dropped = path.suffix in (".pt", ".png", ".jpg", ".log", ".bin", ".pth", ".html", ".md")
        dropped |= path.suffix in (".safetensors", ".py", ".patch", ".lock") or path.is_symlink()
        if path.is_file() and not dropped and path.stat().st_size < _KEPT_BYTES:
            (target / relative).parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes()
            if b"\0" not in content:
                content = content.replace(str(work).encode(), b"/home/ada/churn")
            (target / relative).write_bytes(content)


def main(names: list[str]) -> None:
    """Write the logs of the named tools, each from a process of its own."""
    for name in names or TOOLS:
        if len(names) == 1:
            with tempfile.TemporaryDirectory() as folder:
                work = Path(folder).resolve()
                os.chdir(work)
                TOOLS[name](work)
                os.chdir(HERE)
                _keep(work, HERE / name)
        else:
            subprocess.run([sys.executable, __file__, name], check=True)
            size = sum(path.stat().st_size for path in (HERE / name).rglob("*") if path.is_file())
            print(json.dumps({name: size}))


if __name__ == "__main__":
    main(sys.argv[1:])
