"""Report formats: how each is called, where it goes and what writes it."""

from collections.abc import Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlops_audit.errors import UsageError

if TYPE_CHECKING:
    from mlops_audit.assessment.model import Audit


class Format(StrEnum):
    """Report formats."""

    HTML = "html"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    GITHUB = "github"
    GITLAB = "gitlab"
    SONAR = "sonar"
    CSV = "csv"
    TEXT = "text"
    BADGE = "badge"


FORMATS = ", ".join(item.value for item in Format)


class _Writer(NamedTuple):
    """Default file name, and the function `module:name` that renders an audit as text."""

    file_name: str
    renderer: str


_WRITERS = {
    Format.HTML: _Writer("mlops-audit-report.html", "html_report:render_html"),
    Format.JSON: _Writer("mlops-audit-report.json", "json_report:render_json"),
    Format.SARIF: _Writer("mlops-audit-report.sarif", "sarif:render_sarif"),
    Format.JUNIT: _Writer("mlops-audit-report.junit.xml", "junit:render_junit"),
    Format.MARKDOWN: _Writer("mlops-audit-report.md", "markdown:render_markdown"),
    Format.GITHUB: _Writer("mlops-audit-report.github.txt", "github:render_github"),
    Format.GITLAB: _Writer("mlops-audit-report.gitlab.json", "gitlab:render_gitlab"),
    Format.SONAR: _Writer("mlops-audit-report.sonar.json", "sonar:render_sonar"),
    Format.CSV: _Writer("mlops-audit-report.csv", "spreadsheet:render_csv"),
    Format.TEXT: _Writer("mlops-audit-report.txt", "lines:render_lines"),
    Format.BADGE: _Writer("mlops-audit-badge.svg", "badge:render_badge"),
}

#: A report and its file; None is stdout.
Target = tuple[Format, Path | None]


def file_name(chosen: Format) -> str:
    """Return the name of the file that a report is written to by default."""
    return _WRITERS[chosen].file_name


def render(audit: "Audit", chosen: Format, *, templates: Path | None = None) -> str:
    """Return the report; what renders it is imported only now, because some of it is heavy.

    Args:
        audit: what is reported.
        chosen: the format.
        templates: folder with templates of the HTML report to be taken instead of ours.
    """
    if chosen is Format.HTML and templates is not None:
        from mlops_audit.reports.html_report import render_html

        return render_html(audit, templates=templates)
    module, _, name = _WRITERS[chosen].renderer.partition(":")
    text: str = getattr(import_module(f"mlops_audit.reports.{module}"), name)(audit)
    return text


def targets(asked: Sequence[str], output: Path | None) -> list[Target]:
    """Return what to write where.

    Args:
        asked: `FORMAT`, or `FORMAT=FILE` with `-` for stdout.
        output: file or folder of those formats that name no file of their own.

    Raises:
        UsageError: a format does not exist, or two reports would go to one place.
    """
    named: list[Target] = []
    plain: list[Format] = []
    for text in asked or [Format.HTML.value]:
        word, equals, file = text.partition("=")
        chosen = _format(word)
        if not equals:
            plain.append(chosen)
        elif not file:
            raise UsageError(
                f"--format {text}: name a file after the equals sign, or - for stdout."
            )
        else:
            named.append((chosen, None if file == "-" else Path(file)))
    found = list(dict.fromkeys([*_placed(list(dict.fromkeys(plain)), output), *named]))
    places = [target for _, target in found]
    for place in places:
        if places.count(place) > 1:
            where = "stdout" if place is None else str(place)
            raise UsageError(
                f"Only one format can go to {where}; name a folder with --output,"
                " or a file for each: --format FORMAT=FILE."
            )
    return found


def _format(word: str) -> Format:
    try:
        return Format(word)
    except ValueError:
        from mlops_audit.rules.check import did_you_mean

        hint = did_you_mean(word, [item.value for item in Format])
        raise UsageError(f"--format: no format is called {word!r}. {hint}") from None


def _placed(chosen: list[Format], output: Path | None) -> list[Target]:
    if not chosen:
        return []
    if output is None:
        # Workflow commands work on the output of a step only.
        return [(item, None if item is Format.GITHUB else Path(file_name(item))) for item in chosen]
    if str(output) == "-":
        return [(item, None) for item in chosen]
    if len(chosen) > 1 or output.is_dir():
        if output.is_file():
            raise UsageError(f"{output} is a file; several formats need a folder as --output.")
        return [(item, output / file_name(item)) for item in chosen]
    return [(chosen[0], output)]
