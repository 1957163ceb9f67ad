"""Where the files of the HTML report come from: a folder of the user's first, then ours."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_audit.errors import UsageError
from mlops_audit.resources import templates as packaged_templates

if TYPE_CHECKING:
    from jinja2 import Environment, TemplateError

_KINDS = (".j2", ".css", ".js")


def check_templates(own: Path) -> None:
    """Refuse a folder that changes nothing of the report.

    Raises:
        UsageError: it is no folder, or none of its files has the name of one of ours.
    """
    if not own.is_dir():
        raise UsageError(f"--template {own}: there is no such folder.")
    names = sorted(item.name for item in packaged_templates().iterdir() if item.suffix in _KINDS)
    if not any((own / name).is_file() for name in names):
        raise UsageError(
            f"--template {own}: it holds no file with the name of a template: {', '.join(names)}."
        )


def read(name: str, own: Path | None) -> str:
    """Return the style sheet or the script.

    Raises:
        UsageError: the user's own cannot be read.
    """
    if own is None or not (own / name).is_file():
        return (packaged_templates() / name).read_text(encoding="utf-8")
    try:
        return (own / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{own / name}: it cannot be read as UTF-8: {error}") from error


def environment(own: Path | None, **options: Any) -> "Environment":
    """Return the environment; templates that are not ours run in a sandbox."""
    from jinja2 import Environment, FileSystemLoader
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    if own is None:
        return Environment(loader=FileSystemLoader(packaged_templates()), **options)
    loader = FileSystemLoader([own, packaged_templates()])
    return ImmutableSandboxedEnvironment(loader=loader, **options)


def refusal(own: Path, error: "TemplateError") -> UsageError:
    """Return what is wrong with a template, and where."""
    from jinja2 import TemplateSyntaxError

    place = str(own)
    if isinstance(error, TemplateSyntaxError) and error.filename:
        place = f"{error.filename}:{error.lineno}"
    return UsageError(f"{place}: {error.message or type(error).__name__}")
