"""`mlops-audit config`: the values that count, and where each comes from."""

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer

from mlops_audit.options import AuditOptions


class Shape(StrEnum):
    """Shapes of the list."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("config")(config)


def config(
    path: Path = typer.Argument(Path(), readable=False, help="Repository or folder."),
    file: Path | None = typer.Option(
        None, "--config", readable=False, help="Configuration instead of the repository's own."
    ),
    shape: Shape = typer.Option(Shape.TEXT, "--format", "-f"),
) -> None:
    """Print the effective configuration and where each value comes from."""
    from mlops_audit.assessment.lifecycle import load_lifecycle
    from mlops_audit.config.effective import effective
    from mlops_audit.config.resolve import choose
    from mlops_audit.errors import UsageError
    from mlops_audit.resources import rulebook
    from mlops_audit.rules.loader import load_rulebook
    from mlops_audit.terms import declared, gate_options

    if not path.is_dir():
        raise UsageError(f"{path} is no folder.")
    options = AuditOptions(config=file, environment=os.environ)
    configuration = declared(path, options)
    if not configuration.rules:
        # Names of rules are checked as a scan checks them; packs of its own are known to it alone.
        lifecycle = load_lifecycle(rulebook() / "lifecycle.yaml")
        book = load_rulebook(rulebook(), practices=lifecycle.by_id.keys())
        choose(book, lifecycle, configuration, gate=gate_options(options, configuration))
    values = effective(configuration)
    if shape is Shape.JSON:
        listed = {item.key: {"value": item.value, "source": item.source} for item in values}
        typer.echo(json.dumps(listed, indent=2, ensure_ascii=False))
        return
    width = max(len(f"{item.key} = {_shown(item.value)}") for item in values if not item.is_long)
    for item in values:
        left = f"{item.key} = {_shown(item.value)}"
        typer.echo(f"{left:<{min(width, 60)}}  # {item.source}")


def _shown(value: Any) -> str:
    """Return a value as TOML writes it, near enough to be pasted."""
    if isinstance(value, dict):
        inside = ", ".join(f"{json.dumps(key)} = {_shown(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return "(not set)" if value is None else json.dumps(value, ensure_ascii=False)
