"""Take the picture of a report that the README shows: `python docs/screenshot.py`.

It audits `fixtures/churn-batch` with its history and needs Chromium on the PATH.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "images" / "report.png"
SIZE = {"width": 1180, "height": 1020}


def main() -> None:
    """Audit the fixture and photograph the top of its report."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is not on the PATH")
    with TemporaryDirectory() as name:
        folder = Path(name)
        repository, report = folder / "churn-batch", folder / "report.html"
        history = [str(ROOT / "fixtures" / "history.py"), "churn-batch", str(repository)]
        subprocess.run([sys.executable, *history], check=True)
        audit = ["-m", "mlops_audit", str(repository), "--quiet", "--output", str(report)]
        # The fixture asks for a level; the picture is taken whether it reaches it or not.
        subprocess.run([sys.executable, *audit], check=False)
        TARGET.parent.mkdir(exist_ok=True)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE, color_scheme="light")
            page.goto(report.as_uri())
            page.screenshot(path=TARGET)
            browser.close()


if __name__ == "__main__":
    main()
