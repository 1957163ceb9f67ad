"""`mlops-audit rules`: the rulebook as a list."""

from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("rules")(rules)


def rules(
    packs: list[Path] = typer.Option([], "--rules", help="More rules: a file or a folder."),
) -> None:
    """List the rules by phase and practice."""
    from itertools import groupby

    from mlops_audit.resources import rulebook
    from mlops_audit.rules.loader import load_rulebook

    book = load_rulebook(rulebook(), extra=tuple(packs))
    ordered = sorted(book.rules, key=lambda rule: (rule.phase, rule.practice, rule.id))
    for phase, members in groupby(ordered, key=lambda rule: rule.phase):
        typer.echo(phase)
        for rule in members:
            typer.echo(f"  {rule.id:44} {rule.severity:8} {rule.practice}")
    typer.echo(f"{len(ordered)} rules")
