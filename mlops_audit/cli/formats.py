"""Report formats: how each is called, where it goes by default and what writes it."""

from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mlops_audit.assessment.model import Audit


class Format(StrEnum):
    """Report formats."""

    HTML = "html"
    JSON = "json"


class _Writer(NamedTuple):
    """Default file name, and the function `module:name` that renders an audit as text."""

    file_name: str
    renderer: str


_WRITERS = {
    Format.HTML: _Writer("mlops-audit-report.html", "mlops_audit.reports.html_report:render_html"),
    Format.JSON: _Writer("mlops-audit-report.json", "mlops_audit.reports.json_report:render_json"),
}


def file_name(chosen: Format) -> str:
    """Return the name of the file that a report is written to by default."""
    return _WRITERS[chosen].file_name


def render(audit: "Audit", chosen: Format) -> str:
    """Return the report; what renders it is imported only now, because some of it is heavy."""
    module, _, name = _WRITERS[chosen].renderer.partition(":")
    text: str = getattr(import_module(module), name)(audit)
    return text
