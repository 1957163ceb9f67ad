"""Opens rendered reports in a real Chromium; without one these tests are skipped, loudly."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))  # for the sample audits


def _executable() -> str | None:
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    return None


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="BROWSER TESTS NOT RUN: no playwright"
    )
    executable = _executable()
    if executable is None:
        pytest.skip("BROWSER TESTS NOT RUN: no Chromium on the PATH")
    with playwright.sync_playwright() as driver:
        instance = driver.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield instance
        instance.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """Return a function that opens a report and records what it asks for and complains about."""
    contexts = []

    def open_it(html: str, *, fragment: str = "", width: int = 1280, **options):
        target = tmp_path / "report.html"
        target.write_text(html, encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.asked = []
        page.complaints = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(target.as_uri() + fragment)
        return page

    yield open_it
    for context in contexts:
        context.close()
