"""What comparing with a base costs, beside a single warm run on the same repository.

`python -m benchmarks.gate REPOSITORY … [--base HEAD~1]` prints wall and processor seconds of a
single run, of one with a base that was asked before, and of one with a base that is new. The three
take turns, and the least of the rounds counts, since other work on the machine only adds.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """Seconds of one run."""

    wall: float
    processor: float


def run(arguments: list[str], cache: Path) -> Cost:
    """Run the program once."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "mlops_audit", "-q", "-f", f"json={os.devnull}", *arguments],
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        check=False,
    )
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode > 1:
        raise SystemExit(done.returncode)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, used)


def measure(repository: Path, base: str, rounds: int, cache: Path) -> dict[str, Cost]:
    """Return the least cost of each kind of run."""
    single, compared = [str(repository)], [str(repository), "--base", base]
    run(single, cache)
    run(compared, cache)
    found: dict[str, list[Cost]] = {"single": [], "base": [], "new base": []}
    for _ in range(rounds):
        found["single"].append(run(single, cache))
        found["base"].append(run(compared, cache))
        for file in (cache / "mlops-audit").glob("base-*.json"):
            file.unlink()
        found["new base"].append(run(compared, cache))
    return {
        name: Cost(min(item.wall for item in costs), min(item.processor for item in costs))
        for name, costs in found.items()
    }


def main() -> None:
    """Measure the repositories that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", type=Path, nargs="+")
    parser.add_argument("--base", default="HEAD~1")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    cache = Path(tempfile.mkdtemp(prefix="mlops-audit-"))
    try:
        for repository in given.repositories:
            costs = measure(repository, given.base, given.rounds, cache)
            single = costs["single"]
            print(repository.name)
            for name, cost in costs.items():
                ratios = f"{cost.wall / single.wall:.2f} × wall, "
                ratios += f"{cost.processor / single.processor:.2f} × processor"
                print(f"  {name:<9} {cost.wall:6.2f} s  {cost.processor:6.2f} s  {ratios}")
    finally:
        shutil.rmtree(cache, ignore_errors=True)


if __name__ == "__main__":
    main()
