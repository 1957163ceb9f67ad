"""Writing to stdout what another program reads."""

import sys


def print_report(text: str) -> None:
    """Write a report to stdout as UTF-8 whatever the locale says."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever read it has enough; the gate still decides the exit code.
        from mlops_audit.cli.main import close_stdout

        close_stdout()
