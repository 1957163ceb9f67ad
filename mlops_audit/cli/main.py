"""The command line: `mlops-audit [PATH]` scans; the other commands are words."""

import os
import sys

import typer

from mlops_audit import __version__
from mlops_audit.errors import AuditError

COMMANDS = ("scan", "rules", "explain", "query")

app = typer.Typer(
    name="mlops-audit",
    help="Audit a machine-learning repository against MLOps maturity practices.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
    no_args_is_help=False,
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"mlops-audit {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Audit a machine-learning repository; `mlops-audit PATH` means `mlops-audit scan PATH`."""


def run() -> None:
    """Entry point of the console script; turns errors into one sentence and an exit code."""
    from mlops_audit.cli import explain, query, rules, scan

    for module in (scan, rules, explain, query):
        module.register(app)
    arguments = sys.argv[1:]
    if not arguments or _is_scan(arguments):
        arguments = ["scan", *arguments]
    try:
        app(args=arguments, prog_name="mlops-audit")
    except AuditError as error:
        sys.stderr.write(f"mlops-audit: {error}\n")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.stderr.write("mlops-audit: interrupted, nothing was written\n")
        sys.exit(130)


def _is_scan(arguments: list[str]) -> bool:
    """A first word that is not a command is a path; so is a line that starts with a scan option."""
    first = arguments[0]
    if first in ("--help", "--version", "--install-completion", "--show-completion"):
        return False
    return first not in COMMANDS
