"""What is told while the audit runs: a progress bar on a terminal, timings on demand."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]
Timing = Callable[[str, float], None]

#: Updates of the bar per second; files can be read faster than a terminal draws.
_RATE = 10


@contextmanager
def progress_bar(*, enabled: bool) -> Iterator[Progress | None]:
    """Yield a callback (what, done, total), or None where no bar should be shown."""
    plain = os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    if not enabled or not sys.stderr.isatty() or plain:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Bar(*columns, console=console, transient=True, refresh_per_second=_RATE) as bar:
        task = bar.add_task("Opening", total=None)

        def update(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield update


def timings(*, enabled: bool) -> Timing | None:
    """Return a callback that prints the seconds of each stage to stderr, or None."""
    if not enabled:
        return None

    def tell(stage: str, seconds: float) -> None:
        sys.stderr.write(f"{stage:>10} {seconds:8.3f} s\n")

    return tell
