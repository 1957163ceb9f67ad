"""`mlops-audit rules`: the rulebook as a list."""

import json
import sys
from enum import StrEnum
from pathlib import Path

import typer

_COLUMNS = ("id", "severity", "phase", "practice")


class Shape(StrEnum):
    """Shapes of the list."""

    TABLE = "table"
    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("rules")(rules)


def rules(
    packs: list[Path] = typer.Option(
        [], "--rules", readable=False, help="More rules: a file or a folder."
    ),
    shape: Shape | None = typer.Option(
        None, "--format", "-f", help="Default: a table on a terminal, plain lines in a pipe."
    ),
) -> None:
    """List the rules by phase and practice."""
    from mlops_audit.resources import rulebook
    from mlops_audit.rules.loader import load_rulebook
    from mlops_audit.rules.reference import list_rules

    listed = list_rules(load_rulebook(rulebook(), extra=tuple(packs)))
    chosen = shape or (Shape.TABLE if sys.stdout.isatty() else Shape.TEXT)
    if chosen is Shape.JSON:
        typer.echo(json.dumps(listed, indent=2, ensure_ascii=False))
    elif chosen is Shape.TEXT:
        for rule in listed:
            typer.echo("  ".join(rule[name] for name in ("phase", "practice", "severity", "id")))
    else:
        from mlops_audit.cli.tables import print_table

        print_table(
            _COLUMNS, [[rule[name] for name in _COLUMNS] for rule in listed], whole=_COLUMNS[:2]
        )
        typer.echo(f"{len(listed)} rules; `mlops-audit explain ID` says more", err=True)
