"""Cold and warm seconds and peak memory, beside bare parsing of the same files in the same run."""

import argparse
import ast
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRIPT = """import mlflow
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split


def prepare_{n}(frame, column, limit={n}):
    \"\"\"Clip and scale one column.\"\"\"
    values = frame[column].clip(upper=limit)
    if values.isna().any():
        raise ValueError(column)
    return (values - values.mean()) / values.std()


def train_{n}(frame):
    features, target = frame.drop(columns=["y"]), frame["y"]
    a, b, c, d = train_test_split(features, target, random_state={n})
    with mlflow.start_run():
        model = RandomForestClassifier(n_estimators={n}).fit(a, c)
        mlflow.log_metric("score_{n}", model.score(b, d))
    return model


"""


def write_project(folder: Path, lines: int, notebooks: int) -> None:
    """Write a made-up project of about `lines` lines of Python and some notebooks."""
    block = SCRIPT.count("\n")
    for number in range(max(1, lines // (block * 8))):
        blocks = (SCRIPT.replace("{n}", str(number * 8 + i + 1)) for i in range(8))
        (folder / f"module_{number}.py").write_text("".join(blocks), "utf-8")
    for number in range(notebooks):
        cells = [
            {
                "cell_type": "code",
                "execution_count": count + 1,
                "metadata": {},
                "outputs": [],
                "source": ["import pandas as pd\n", f"frame_{count} = pd.read_csv('a.csv')\n"],
            }
            for count in range(30)
        ]
        book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (folder / f"explore_{number}.ipynb").write_text(json.dumps(book), "utf-8")
    (folder / "requirements.txt").write_text("mlflow==2.9.2\nscikit-learn==1.4.0\n", "utf-8")


def bare(folder: Path) -> float:
    """Seconds to `ast.parse` and walk every module and to JSON-parse every notebook."""
    started = time.perf_counter()
    for path in sorted(folder.rglob("*.py")):
        for _ in ast.walk(ast.parse(path.read_text("utf-8"))):
            pass
    for path in sorted(folder.rglob("*.ipynb")):
        json.loads(path.read_text("utf-8"))
    return time.perf_counter() - started


def timed(arguments: list[str], environment: dict[str, str]) -> float:
    """Wall seconds of one command."""
    started = time.perf_counter()
    subprocess.run(arguments, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> int:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", nargs="?", type=Path, help="a folder; default: a made-up project")
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--notebooks", type=int, default=10)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.path or Path(scratch, "project")
        if arguments.path is None:
            folder.mkdir()
            write_project(folder, arguments.lines, arguments.notebooks)
        environment = {**os.environ, "XDG_CACHE_HOME": str(Path(scratch, "cache"))}
        report = str(Path(scratch, "report.html"))
        command = [sys.executable, "-m", "mlops_audit", str(folder), "-q", "-o", report]
        parse = bare(folder)
        cold = timed(command, environment)
        warm = min(timed(command, environment) for _ in range(3))
        start = min(
            timed([sys.executable, "-m", "mlops_audit", "--help"], environment) for _ in range(3)
        )
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    sys.stdout.write(
        f"bare parse {parse:.2f} s\ncold {cold:.2f} s ({cold / parse:.1f} x)\n"
        f"warm {warm:.2f} s ({warm / parse:.1f} x)\n--help {start:.2f} s\n"
        f"peak memory {peak:.0f} MiB\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
