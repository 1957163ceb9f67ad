"""`mlops-audit explain NAME`: why a rule or practice exists and how to satisfy it."""

from difflib import get_close_matches

import typer

from mlops_audit.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("explain")(explain)


def explain(name: str = typer.Argument(help="Id of a rule or a practice.")) -> None:
    """Explain a rule or a practice."""
    from mlops_audit.assessment.lifecycle import load_lifecycle
    from mlops_audit.resources import rulebook
    from mlops_audit.rules.loader import load_rulebook

    book = load_rulebook(rulebook())
    lifecycle = load_lifecycle(rulebook() / "lifecycle.yaml")
    by_id = {rule.id: rule for rule in book.rules}
    if name in by_id:
        rule = by_id[name]
        typer.echo(f"{rule.id}: {rule.title}")
        typer.echo(f"practice {rule.practice}, {rule.severity}, proves {rule.proves}\n")
        typer.echo(f"Why\n  {rule.why.strip()}\n\nFix\n  {rule.fix.strip()}\n")
        for reference in rule.references:
            typer.echo(f"See {reference.get('title', '')} {reference.get('url', '')}".rstrip())
        if rule.sql:
            typer.echo(f"\nHow it is decided (expect: {rule.expect})\n{rule.sql.strip()}")
        return
    if name in lifecycle.by_id:
        practice = lifecycle.by_id[name]
        typer.echo(f"{practice.id}: {practice.statement}")
        typer.echo(
            f"phase {practice.phase}, due from level {practice.level}, {practice.role},"
            f" counts from {practice.needs}\n"
        )
        for rule in book.rules:
            if rule.practice == name:
                typer.echo(f"  {rule.id}: {rule.title}")
        return
    near = get_close_matches(name, [*by_id, *lifecycle.by_id], n=1)
    hint = f" Did you mean {near[0]!r}?" if near else " `mlops-audit rules` lists them."
    raise UsageError(f"No rule or practice is called {name!r}.{hint}")
