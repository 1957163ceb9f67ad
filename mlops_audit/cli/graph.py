"""`mlops-audit graph`: what starts what, and where it ends."""

import json
from enum import StrEnum
from pathlib import Path

import typer


class GraphFormat(StrEnum):
    """Ways to write a graph down."""

    TEXT = "text"
    MERMAID = "mermaid"
    DOT = "dot"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("graph")(graph)


def graph(
    path: Path = typer.Argument(
        Path(), readable=False, help="Repository, or a file kept with --facts."
    ),
    rev: str | None = typer.Option(None, "--rev", help="Draw this git revision, no checkout."),
    shape: GraphFormat = typer.Option(GraphFormat.TEXT, "--format", "-f"),
    trigger: list[str] = typer.Option(
        [],
        "--trigger",
        "-t",
        help="Only what this starts: a kind (schedule, push …) or a glob on the file. Repeatable.",
    ),
    action: list[str] = typer.Option(
        [], "--action", "-a", help="Only what leads to this action: train, deploy … Repeatable."
    ),
    no_cache: bool = typer.Option(False, "--no-cache", help="Read every file anew."),
) -> None:
    """Print the automation graph: trigger → job → command → code → action.

    Example: mlops-audit graph --trigger schedule --action train
    """
    from mlops_audit.assessment.automation import automation_of
    from mlops_audit.cli.facts import open_facts
    from mlops_audit.reports.graph import dot, mermaid, select, text

    check_actions(action)
    with open_facts(path, rev, cache=not no_cache) as store:
        whole = automation_of(store.connection)
    chosen = select(whole, triggers=trigger, actions=action)
    if shape is GraphFormat.JSON:
        typer.echo(json.dumps(chosen, indent=2, ensure_ascii=False))
        return
    written = {GraphFormat.TEXT: text, GraphFormat.MERMAID: mermaid, GraphFormat.DOT: dot}
    if shape is GraphFormat.TEXT and not chosen["nodes"] and (trigger or action):
        typer.echo("No way from a trigger to an action fits the choice.")
        return
    typer.echo(written[shape](chosen), nl=False)


def check_actions(wanted: list[str]) -> None:
    """Refuse an action that the vocabulary does not have.

    Raises:
        UsageError: with the nearest one that it has.
    """
    from difflib import get_close_matches

    from mlops_audit.errors import UsageError
    from mlops_audit.linking.technologies.vocabulary import ACTIONS

    for one in wanted:
        if one not in ACTIONS:
            close = get_close_matches(one, sorted(ACTIONS), 1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise UsageError(f"there is no action {one!r}.{hint}")
