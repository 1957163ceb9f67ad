"""Throughput of code analysis on one core, beside bare parsing of the same files in the same run.

`reading` is everything that is made of one file: names, calls, bindings, complexity, data flow and
the other readers that look at the file. `linking` is what is made of all of them together: actions,
the call graph, entry points and reach. Both are set against `ast.parse` and `ast.walk`, with which
nothing is learned yet.
"""

import argparse
import ast
import cProfile
import io
import pstats
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from mlops_audit.derived import Derived
from mlops_audit.facts.collect import collect
from mlops_audit.linking import link
from mlops_audit.readers.python import PythonReader
from mlops_audit.readers.registry import read_file
from mlops_audit.repository import open_repository
from mlops_audit.repository.model import SourceFile

Source = tuple[SourceFile, bytes]


def sources(repositories: list[Path]) -> Iterator[Source]:
    """Yield every Python file that Python can parse, of repositories or plain folders."""
    for folder in repositories:
        repository = open_repository(folder)
        for file in repository.files:
            if file.kind != "python" or file.digest is None:
                continue
            content = repository.read(file.path)
            if content is not None and _parses(content):
                yield file, content


def _parses(content: bytes) -> bool:
    try:
        ast.parse(content)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def bare(files: list[Source]) -> None:
    """Parse and walk, and learn nothing."""
    for _, content in files:
        for _node in ast.walk(ast.parse(content)):
            pass


def code(files: list[Source]) -> None:
    """Run the reader of Python code."""
    reader = PythonReader()
    for file, content in files:
        for _row in reader.read(file, content):
            pass


def every_reader(files: list[Source]) -> None:
    """Run every reader that accepts the files: code, secrets, automation …"""
    for file, content in files:
        read_file(file, content)


def linking(repositories: list[Path]) -> float:
    """Return the processor seconds of linking whole repositories, whatever they hold."""
    seconds = 0.0
    for folder in repositories:
        with collect(open_repository(folder), jobs=1) as store:
            started = time.process_time()
            link(store, derived=Derived.default())
            seconds += time.process_time() - started
    return seconds


def best_of(times: int, work: Callable[[list[Source]], None], files: list[Source]) -> float:
    """Return the fewest processor seconds of several rounds."""
    found = []
    for _ in range(times):
        started = time.process_time()
        work(files)
        found.append(time.process_time() - started)
    return min(found)


def profile(files: list[Source], rows: int) -> str:
    """Return where the reader of code spends its time."""
    profiler = cProfile.Profile()
    profiler.runcall(code, files)
    out = io.StringIO()
    pstats.Stats(profiler, stream=out).strip_dirs().sort_stats("tottime").print_stats(rows)
    return out.getvalue()


def main() -> int:
    """Print one table, and the profile if it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", type=int, default=0, metavar="ROWS")
    arguments = parser.parse_args()
    files = list(sources(arguments.repositories))
    lines = sum(content.count(b"\n") for _, content in files)
    base = best_of(arguments.rounds, bare, files)
    measured = {
        "ast.parse + ast.walk": base,
        "reading the code": best_of(arguments.rounds, code, files),
        "every reader": best_of(arguments.rounds, every_reader, files),
        "linking": linking(arguments.repositories),
    }
    sys.stdout.write(f"{len(files)} files, {lines:,} lines of Python\n")
    for name, seconds in measured.items():
        speed = lines / seconds / 1000
        sys.stdout.write(f"{name:22}{seconds:8.2f} s{seconds / base:8.2f} x{speed:8.0f} klines/s\n")
    if arguments.profile:
        sys.stdout.write(profile(files, arguments.profile))
    return 0


if __name__ == "__main__":
    sys.exit(main())
