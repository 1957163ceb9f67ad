"""A real MLflow, from this environment or from the one that MLFLOW_PYTHON names."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

FILL = """
import sys
import mlflow, numpy
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("churn")
with mlflow.start_run(run_name="search") as parent:
    mlflow.log_param("grid", "3x3")
    with mlflow.start_run(run_name="child", nested=True) as run:
        mlflow.log_input(mlflow.data.from_numpy(numpy.zeros((2, 2)), name="customers"), "training")
        mlflow.log_params({"lr": 0.1, "api_key": "hunter2hunter2"})
        mlflow.set_tag("mlflow.source.git.commit", "5" * 40)
        for step, value in enumerate((0.7, 0.9, 0.8)):
            mlflow.log_metric("val/auc", value, step=step)
        mlflow.log_metric("loss", float("nan"))
client = mlflow.MlflowClient()
gone = client.create_run(client.get_experiment_by_name("churn").experiment_id)
client.delete_run(gone.info.run_id)
client.create_registered_model("churn")
client.create_model_version("churn", "artifacts/model", run_id=run.info.run_id)
client.create_model_version("churn", "artifacts/other", run_id=run.info.run_id)
client.set_registered_model_alias("churn", "champion", "2")
"""


@pytest.fixture(scope="session")
def mlflow_python() -> str:
    """Return an interpreter that can import MLflow."""
    named = os.environ.get("MLFLOW_PYTHON", "")
    if named:
        return named
    if find_spec("mlflow") is None:
        pytest.skip("MLflow is not installed; MLFLOW_PYTHON may name an interpreter that has it")
    return sys.executable


@pytest.fixture(scope="session")
def filled(
    mlflow_python: str,
    mlflow_environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return an SQLite tracking store, written by MLflow."""
    folder = tmp_path_factory.mktemp("tracking")
    subprocess.run(
        [mlflow_python, "-c", FILL, f"sqlite:///{folder}/mlflow.db"],
        cwd=folder,
        env=mlflow_environment,
        check=True,
        capture_output=True,
    )
    return folder / "mlflow.db"


@pytest.fixture(scope="session")
def mlflow_environment() -> dict[str, str]:
    """Return an environment in which MLflow tells nobody and finds no tracking server."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    return {**kept, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
