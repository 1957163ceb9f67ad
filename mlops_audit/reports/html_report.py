"""The HTML report: one self-contained file that loads nothing."""

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_audit.assessment.model import Audit
from mlops_audit.reports.markup import SYNTAX, highlighter, markdown, ticks
from mlops_audit.reports.page import Page, build_page
from mlops_audit.reports.templates import environment, read, refusal
from mlops_audit.text import visible

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATE = "report.html.j2"


def render_html(audit: Audit, *, templates: Path | None = None) -> str:
    """Return the report as one HTML document, the same bytes for the same audit.

    Files in the folder ``templates`` are taken instead of ours of the same name.

    Raises:
        UsageError: one of them is wrong.
    """
    from jinja2 import TemplateError

    page = build_page(audit, highlighter())
    style = read("report.css", templates) + _syntax_rules(page)
    script = read("report.js", templates)
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    try:
        text = (
            _environment(templates)
            .get_template(TEMPLATE)
            .render(page=page, audit=audit, policy=policy, style=style, script=script)
        )
    except TemplateError as error:
        if templates is None:
            raise
        raise refusal(templates, error) from error
    # A hash of the policy covers the exact text between the tags, whatever the line ends.
    return text.replace("\r\n", "\n").rstrip("\n") + "\n"


def _environment(own: Path | None) -> "Environment":
    from jinja2 import StrictUndefined
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        # The one border that every printed value crosses; escaping for HTML comes after it.
        if isinstance(value, str) and not isinstance(value, Markup):
            return visible(value, multiline=True)
        return value

    found = environment(
        own,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters["markdown"] = markdown
    found.filters["ticks"] = ticks
    found.filters["count"] = lambda value: f"{value:,}"
    return found


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()


def _syntax_rules(page: Page) -> str:
    """Return the colour rules of the token classes that occur, and no others."""
    used = sorted(set(_classes(page)))
    return "".join(f".{name}{{color:var({SYNTAX[name]})}}\n" for name in used)


def _classes(page: Page) -> Iterable[str]:
    blocks = list(page.leftovers)
    rows: list[Any] = []
    for phase in page.phases:
        for block in phase.blocks:
            for clump in block.clumps:
                for card in clump.cards:
                    blocks += card.blocks
                    rows += card.evidence
    rows += [row for block in blocks for row in block.rows]
    for row in rows:
        for line in row.code:
            for piece in line.pieces:
                if piece.css:
                    yield piece.css
