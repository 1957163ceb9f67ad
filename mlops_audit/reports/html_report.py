"""The HTML report: one self-contained file that loads nothing."""

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_audit.assessment.model import Audit
from mlops_audit.reports.markup import SYNTAX, highlighter, markdown, ticks
from mlops_audit.reports.page import Page, build_page
from mlops_audit.resources import templates as packaged_templates
from mlops_audit.text import visible

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATE = "report.html.j2"


def render_html(audit: Audit, *, templates: Path | None = None) -> str:
    """Return the report as one HTML document, the same bytes for the same audit."""
    folder = templates or packaged_templates()
    page = build_page(audit, highlighter())
    style = (folder / "report.css").read_text(encoding="utf-8") + _syntax_rules(page)
    script = (folder / "report.js").read_text(encoding="utf-8")
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
    text = (
        _environment(folder)
        .get_template(TEMPLATE)
        .render(page=page, audit=audit, policy=policy, style=style, script=script)
    )
    # A hash of the policy covers the exact text between the tags, whatever the line ends.
    return text.replace("\r\n", "\n").rstrip("\n") + "\n"


def _environment(folder: Path) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        # The one border that every printed value crosses; escaping for HTML comes after it.
        if isinstance(value, str) and not isinstance(value, Markup):
            return visible(value, multiline=True)
        return value

    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["markdown"] = markdown
    environment.filters["ticks"] = ticks
    environment.filters["count"] = lambda value: f"{value:,}"
    return environment


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
