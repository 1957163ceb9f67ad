"""The command line: `mlops-audit [PATH]` scans; the other commands are words."""

import contextlib
import errno
import os
import sys
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import typer

from mlops_audit import __version__
from mlops_audit.cli import completion
from mlops_audit.errors import AuditError

COMMANDS = (
    "scan",
    "rules",
    "explain",
    "query",
    "graph",
    "runs",
    "baseline",
    "diff",
    "init",
    "config",
)

#: What the shell reports for a program that Ctrl-C ended.
INTERRUPTED = 130


@runtime_checkable
class _Complaint(Protocol):
    """A mistake on the command line, as Typer raises it."""

    exit_code: int

    def show(self) -> None:
        """Print it with the usage."""


def application() -> typer.Typer:
    """Return the application with every command."""
    from mlops_audit.cli import (
        baseline,
        config,
        diff,
        explain,
        graph,
        init,
        query,
        rules,
        runs,
        scan,
    )

    app = typer.Typer(
        name="mlops-audit",
        help="Audit a machine-learning repository against MLOps maturity practices.",
        epilog="Exit codes: 0 fine; 1 the gate failed; 2 wrong usage, configuration or rule;"
        " 3 the audit could not be completed.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=True,
        no_args_is_help=False,
    )
    app.callback()(options)
    for module in (scan, rules, explain, query, graph, runs, baseline, diff, init, config):
        module.register(app)
    return app


def _version(value: bool) -> None:
    if value:
        typer.echo(f"mlops-audit {__version__}")
        raise typer.Exit


def options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Audit a machine-learning repository; `mlops-audit PATH` means `mlops-audit scan PATH`."""


def run() -> None:
    """Entry point of the console script; turns errors into one sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    code = _run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        close_stdout()
    sys.exit(code)


def _run(given: Sequence[str]) -> int:
    arguments = list(given)
    if completion.ASKED in os.environ:
        with completion.understood(COMMANDS):
            return _called(arguments)
    return _called(arguments)


def _called(arguments: list[str]) -> int:
    if not arguments or _is_scan(arguments):
        arguments = ["scan", *arguments]
    try:
        code = application()(args=arguments, prog_name="mlops-audit", standalone_mode=False) or 0
        if code == INTERRUPTED:  # how newer versions of Typer answer Ctrl-C
            raise KeyboardInterrupt
        return code
    except AuditError as error:
        _say(str(error))
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        _say("interrupted; nothing was written")
        return INTERRUPTED
    except SystemExit as stopped:
        # Typer answers a reader that went away (`… | head`) like this; nobody is left to tell.
        reason = stopped.__context__
        if isinstance(reason, OSError) and reason.errno == errno.EPIPE:
            close_stdout()
            return 0
        raise
    except BrokenPipeError:
        close_stdout()
        return 0
    except Exception as error:
        if isinstance(error, _Complaint):
            error.show()
            return error.exit_code
        if "--verbose" in arguments or "-v" in arguments:
            raise
        kind = type(error).__name__
        _say(f"internal error ({kind}: {error}); --verbose shows where. Nothing was written.")
        return AuditError.exit_code


def _say(problem: str) -> None:
    from mlops_audit.text import visible

    with contextlib.suppress(OSError):
        sys.stderr.write(f"mlops-audit: {visible(problem)}\n")


def close_stdout() -> None:
    """Point stdout at nothing, so that the interpreter does not fail when it flushes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_scan(arguments: list[str]) -> bool:
    """A first word that is not a command is a path; so is a line that starts with a scan option."""
    first = arguments[0]
    if first in ("--help", "--version", "--install-completion", "--show-completion"):
        return False
    return first not in COMMANDS
