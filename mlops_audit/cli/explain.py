"""`mlops-audit explain NAME`: why a rule or practice exists and how it is decided."""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from textwrap import fill, indent
from typing import TYPE_CHECKING, Any

import typer

from mlops_audit.errors import UsageError

if TYPE_CHECKING:
    from mlops_audit.assessment.lifecycle import Lifecycle, PracticeSpec

_WIDTH = 88


class Shape(StrEnum):
    """Shapes of the explanation."""

    TEXT = "text"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("explain")(explain)


def explain(
    name: str = typer.Argument(help="Id of a rule or a practice."),
    packs: list[Path] = typer.Option(
        [], "--rules", readable=False, help="More rules: a file or a folder."
    ),
    shape: Shape = typer.Option(Shape.TEXT, "--format", "-f"),
) -> None:
    """Explain a rule or a practice."""
    from difflib import get_close_matches

    from mlops_audit.assessment.lifecycle import load_lifecycle
    from mlops_audit.resources import rulebook
    from mlops_audit.rules.loader import load_rulebook
    from mlops_audit.rules.reference import explain as about

    lifecycle = load_lifecycle(rulebook() / "lifecycle.yaml")
    book = load_rulebook(rulebook(), extra=tuple(packs), practices=lifecycle.by_id.keys())
    by_id = {rule.id: rule for rule in book.rules}
    if name in by_id:
        data = about(by_id[name])
        spec = lifecycle.by_id[by_id[name].practice]
        data["practice"] = _practice(spec, lifecycle)
        lines = _rule_text(data)
    elif name in lifecycle.by_id:
        data = _practice(lifecycle.by_id[name], lifecycle)
        data["rules"] = [
            {"id": rule.id, "title": rule.title, "severity": rule.severity}
            for rule in book.rules
            if rule.practice == name
        ]
        lines = _practice_text(data)
    else:
        near = get_close_matches(name, sorted([*by_id, *lifecycle.by_id]), n=1)
        hint = f"Did you mean {near[0]!r}?" if near else "`mlops-audit rules` lists them."
        raise UsageError(f"No rule or practice is called {name!r}. {hint}")
    if shape is Shape.JSON:
        typer.echo(json.dumps(data, indent=2, ensure_ascii=False, default=str))
    else:
        typer.echo("\n".join(lines))


def _practice(spec: "PracticeSpec", lifecycle: "Lifecycle") -> dict[str, Any]:
    return {
        "id": spec.id,
        "title": spec.title,
        "statement": spec.statement,
        "phase": spec.phase,
        "phase_title": dict(lifecycle.phases)[spec.phase],
        "level": spec.level,
        "level_name": lifecycle.levels[spec.level],
        "role": spec.role,
        "needs": spec.needs,
        "applies": list(spec.applies),
        "frameworks": dict(spec.frameworks),
    }


def _rule_text(data: dict[str, Any]) -> Iterator[str]:
    practice = data["practice"]
    yield f"{data['id']}: {data['title']}"
    yield f"  when it fails: {data['failure_title']}"
    yield f"  {data['severity']}, {data['confidence']} confidence, {data['effort']} to mend;"
    yield f"  proves {data['proves']}; judges {', '.join(data['zones'])}; pack {data['pack']}"
    yield from _block("Practice", f"{practice['id']}: {practice['statement']}")
    yield f"  {practice['phase_title']}, due from level {practice['level']}, {practice['role']},"
    yield f"  counts from {practice['needs']}"
    yield from _block("Why", data["why"])
    yield from _block("Fix", data["fix"])
    if data["params"]:
        yield ""
        yield "Parameters"
        for name, value in sorted(data["params"].items()):
            yield f"  {name} = {value}"
    yield ""
    yield f"How it is decided (expect: {data['expect']})"
    for title, key in (("applies when", "applies_when"), ("unknown when", "unknown_when")):
        if data[key]:
            yield f"  {title}"
            yield indent(data[key], "    ")
    if data["sql"]:
        yield indent(data["sql"], "  ")
    yield ""
    yield "Examples"
    for example in data["examples"]:
        files = ", ".join(example["files"]) or "no file"
        yield f"  {example['expect']}: {example['name']} ({files})"
    if data["references"]:
        yield ""
        yield "See"
        for reference in data["references"]:
            yield f"  {reference['title']}: {reference['url']}"


def _practice_text(data: dict[str, Any]) -> Iterator[str]:
    yield f"{data['id']}: {data['title']}"
    yield from _wrapped(data["statement"])
    yield f"  {data['phase_title']}, {data['role']}, counts from {data['needs']}"
    yield f"  due from level {data['level']} ({data['level_name']})"
    yield f"  for {', '.join(data['applies']) or 'every kind of repository'}"
    yield ""
    yield "Rules"
    for rule in data["rules"]:
        yield f"  {rule['id']} ({rule['severity']}): {rule['title']}"
    if not data["rules"]:
        yield "  none yet: it is reported as unknown"
    if data["frameworks"]:
        yield ""
        yield "Published models"
        for name, place in sorted(data["frameworks"].items()):
            yield f"  {name}: {place}"


def _block(title: str, text: str) -> Iterator[str]:
    yield ""
    yield title
    yield from _wrapped(text)


def _wrapped(text: str) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        yield fill(paragraph, _WIDTH, initial_indent="  ", subsequent_indent="  ")
