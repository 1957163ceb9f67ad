"""Running the readers over many files: here, or in worker processes.

Whatever the number of processes, results come back in the order of the files. A file that takes
too long, or that takes its process down, costs one diagnostic.
"""

import contextlib
import multiprocessing
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from types import FrameType
from typing import Any

from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Diagnostic

FILE_SECONDS = 10.0
_GRACE_SECONDS = 20.0
_BATCH_BYTES = 256 * 1024
_BATCH_FILES = 64
_WORKER_MEMORY = 4 * 1024**3

Tables = dict[str, list[Sequence[Any]]]
Work = tuple[SourceFile, bytes]


class _TimeIsUp(BaseException):
    """Raised inside a reader by the clock; not an Exception, so that no reader swallows it."""


def read_here(work: Work) -> Tables:
    """Run the readers on one file in this process."""
    from mlops_audit.readers.registry import read_file

    file, content = work
    try:
        with _time_limit(FILE_SECONDS):
            return {table: list(rows) for table, rows in read_file(file, content).items()}
    except _TimeIsUp:
        return _given_up(file, f"reading took more than {FILE_SECONDS:g} seconds")
    except RecursionError:
        return _given_up(file, "it is nested too deeply")
    except MemoryError:
        return _given_up(file, "reading it took too much memory")


def read_parallel(work: Iterable[Work], jobs: int) -> Iterator[Tables]:
    """Run the readers on many files in ``jobs`` processes; results in the order of ``work``."""
    pool = _Pool(jobs)
    waiting: deque[tuple[list[Work], Future[list[Tables]] | None]] = deque()
    try:
        for batch in _batches(work):
            waiting.append((batch, pool.submit(batch)))
            while len(waiting) > 3 * jobs:
                yield from pool.results(*waiting.popleft())
        while waiting:
            yield from pool.results(*waiting.popleft())
    finally:
        pool.stop()


class _Pool:
    """A process pool that outlives its workers."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.executor: ProcessPoolExecutor | None = _executor(jobs)

    def submit(self, batch: list[Work]) -> "Future[list[Tables]] | None":
        if self.executor is None:
            self.executor = _executor(self.jobs)
        try:
            return self.executor.submit(_read_batch, batch)
        except BrokenProcessPool:
            return None

    def results(self, batch: list[Work], future: "Future[list[Tables]] | None") -> Iterator[Tables]:
        limit = FILE_SECONDS * len(batch) + _GRACE_SECONDS
        try:
            if future is None:
                raise BrokenProcessPool
            yield from future.result(limit)
        except (BrokenProcessPool, FutureTimeoutError):
            # A file of this batch, or of another one, killed or blocked a worker.
            self.stop()
            yield from _read_apart(batch)

    def stop(self) -> None:
        if self.executor is not None:
            _kill(self.executor)
            self.executor = None


def _read_apart(batch: list[Work]) -> list[Tables]:
    """Read a batch in a process of its own; halve it until the file that kills it is alone."""
    executor = _executor(1)
    try:
        limit = FILE_SECONDS * len(batch) + _GRACE_SECONDS
        return executor.submit(_read_batch, batch).result(limit)
    except BrokenProcessPool:
        problem = "the process that read it died"
    except FutureTimeoutError:
        problem = f"reading took more than {FILE_SECONDS:g} seconds"
    finally:
        _kill(executor)
    if len(batch) == 1:
        return [_given_up(batch[0][0], problem)]
    half = len(batch) // 2
    return _read_apart(batch[:half]) + _read_apart(batch[half:])


def _executor(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, mp_context=context(), initializer=_limit_memory)


def _kill(executor: ProcessPoolExecutor) -> None:
    processes = list((executor._processes or {}).values())
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        if process.is_alive():
            process.kill()
    for process in processes:
        process.join(5)


def context() -> BaseContext:
    """Return how processes are started here."""
    # fork starts in milliseconds but is unsafe beside other threads (a progress display).
    if sys.platform == "linux" and threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = _WORKER_MEMORY if hard == resource.RLIM_INFINITY else min(hard, _WORKER_MEMORY)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _read_batch(batch: list[Work]) -> list[Tables]:
    return [read_here(work) for work in batch]


def _batches(work: Iterable[Work]) -> Iterator[list[Work]]:
    batch: list[Work] = []
    size = 0
    for item in work:
        batch.append(item)
        size += len(item[1])
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Interrupt the body after so many seconds, where the platform can."""
    if (
        not hasattr(signal, "SIGALRM")
        or threading.current_thread() is not threading.main_thread()
        or signal.getitimer(signal.ITIMER_REAL)[0] > 0
    ):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise _TimeIsUp

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _given_up(file: SourceFile, problem: str) -> Tables:
    return {
        "diagnostic": [tuple(Diagnostic(file.path, None, "facts", f"given up: {problem}", True))]
    }
