"""axe-core (MPL-2.0, brought by axe-playwright-python) finds nothing in reports of fixtures."""

import dataclasses
from pathlib import Path

import pytest

from mlops_audit.audit import AuditOptions, audit
from mlops_audit.reports.html_report import render_html

pytestmark = pytest.mark.browser

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture(scope="module", params=["churn-batch", "messy-notebooks"])
def html(request):
    found = audit(FIXTURES / request.param, AuditOptions(cache=False, jobs=1))
    repository = dataclasses.replace(
        found.repository,
        remote_url="git@github.com:acme/demand.git",  # so that places are links
        revision="4f1c2d3e4a5b6c7d8e9f00112233445566778899",
    )
    return render_html(dataclasses.replace(found, repository=repository))


def violations(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="AXE NOT RUN").Axe()
    found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(item["id"], [node["html"] for node in item["nodes"]][:5]) for item in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page, html, scheme):
    page = open_page(html, color_scheme=scheme)
    assert violations(page) == []
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert violations(page) == []


def test_axe_finds_what_is_wrong(open_page, html):
    page = open_page(html.replace('<html lang="en">', "<html>"))
    assert "html-has-lang" in [name for name, _ in violations(page)]
