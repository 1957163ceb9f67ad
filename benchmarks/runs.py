"""A large MLflow store, read and judged, beside `mlflow.search_runs` on the same store.

One run is logged by MLflow itself and copied with fresh ids, so that the store is what MLflow would
have written. Each contestant is a process of its own, whose wall and processor seconds and peak
memory are told; for `search_runs` those of the call alone as well. Every file is read once before,
so that none of them pays for a cold disk.

    python -m benchmarks.runs --mlflow PYTHON [--runs 10000] [--metrics 20] [--points 100]

PYTHON is an interpreter that has MLflow; by default the one that runs this.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

LOG = """
import sys, mlflow
uri, metrics, points = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
mlflow.set_tracking_uri(uri)
mlflow.set_experiment("churn")
with mlflow.start_run(run_name="first"):
    mlflow.log_params({f"parameter_{n}": n / 7 for n in range(5)})
    mlflow.set_tag("mlflow.source.git.commit", "5" * 40)
    for step in range(points):
        mlflow.log_metrics({f"metric_{n}": n / (step + 1) for n in range(metrics)}, step=step)
"""
SEARCH = """
import sys, time, json, mlflow
mlflow.set_tracking_uri(sys.argv[1])
started = time.perf_counter(), time.process_time()
found = mlflow.search_runs(search_all_experiments=True, max_results=1_000_000)
print(json.dumps([len(found), time.perf_counter() - started[0], time.process_time() - started[1]]))
"""
TRAIN = "import mlflow\nfrom sklearn.svm import SVC\nmlflow.autolog()\nSVC().fit(X, y)\n"


class Cost(NamedTuple):
    """What a process took."""

    wall: float
    processor: float
    megabytes: float
    output: str


def write_store(folder: Path, python: str, runs: int, metrics: int, points: int) -> None:
    """Let MLflow log one run into a file store and copy it so often."""
    uri = (folder / "mlruns").as_uri()
    measured([python, "-c", LOG, uri, str(metrics), str(points)], folder)
    (tag,) = (folder / "mlruns").glob("*/*/tags/mlflow.runName")
    original = tag.parents[1]
    files = {
        path.relative_to(original): path.read_bytes()
        for path in original.rglob("*")
        if path.is_file()
    }
    chance = random.Random(1)
    for _ in range(runs - 1):
        identity = f"{chance.getrandbits(128):032x}"
        copy = original.parent / identity
        for part in ("metrics", "params", "tags", "artifacts"):
            (copy / part).mkdir(parents=True)
        for path, content in files.items():
            own = content.replace(original.name.encode(), identity.encode())
            (copy / path).write_bytes(own if path.name == "meta.yaml" else content)


def measured(command: list[str], folder: Path) -> Cost:
    """Run a command and return what it took; children of its own count."""
    environment = {
        **os.environ,
        "MLFLOW_ALLOW_FILE_STORE": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "XDG_CACHE_HOME": str(folder.parent / "cache"),
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    # GNU time would be another tool to install: a small process of its own tells its child's peak.
    watch = (
        "import json, resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True, check=True)\n"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "print(json.dumps([peak / 1024, done.stdout]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", watch, *command],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak, output = json.loads(done.stdout.splitlines()[-1])
    return Cost(wall, processor, peak, output)


def main() -> int:
    """Print one table."""
    parser = argparse.ArgumentParser(description="Large stores of runs, beside MLflow itself.")
    parser.add_argument("--mlflow", default=sys.executable, help="an interpreter with MLflow")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--metrics", type=int, default=20)
    parser.add_argument("--points", type=int, default=100, help="values of each metric")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve() / "repository"
        folder.mkdir()
        (folder / "train.py").write_text(TRAIN, "utf-8")
        write_store(folder, arguments.mlflow, arguments.runs, arguments.metrics, arguments.points)
        for path in (folder / "mlruns").rglob("*"):
            if path.is_file():
                path.read_bytes()
        uri = (folder / "mlruns").as_uri()
        audit = [sys.executable, "-m", "mlops_audit"]
        report = ["-q", "--output", str(folder.parent / "report.html")]
        # What is computed from the rulebook is kept from run to run, as on any machine.
        empty = folder.parent / "empty"
        empty.mkdir()
        (empty / "train.py").write_text(TRAIN, "utf-8")
        measured([*audit, str(empty), *report], empty)
        ours = measured([*audit, str(folder), *report], folder)
        listed = measured(
            [*audit, "runs", str(folder), "-o", str(folder.parent / "runs.csv")], folder
        )
        theirs = measured([arguments.mlflow, "-c", SEARCH, uri], folder)
    count, call, call_processor = json.loads(theirs.output)
    lines = [
        f"{count:,} runs, {arguments.metrics} metrics with {arguments.points} values each,"
        f" {os.cpu_count()} processors",
        f"{'':34} {'wall':>9} {'processor':>10} {'peak':>9}",
        _line("audit: read, judged, reported", ours),
        _line("mlops-audit runs: read, exported", listed),
        _line("mlflow.search_runs, the process", theirs),
        f"{'mlflow.search_runs, the call':34} {call:7.2f} s {call_processor:8.2f} s",
        f"audit against the process: {theirs.wall / ours.wall:.1f} x faster;"
        f" against the call alone: {call / ours.wall:.1f} x",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _line(name: str, cost: Cost) -> str:
    return f"{name:34} {cost.wall:7.2f} s {cost.processor:8.2f} s {cost.megabytes:5.0f} MiB"


if __name__ == "__main__":
    sys.exit(main())
