"""Golden reports of the fixtures: `python tests/golden/golden.py` writes them again."""

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "reports"
sys.path.insert(0, str(ROOT / "fixtures"))

from history import HISTORIES, build  # noqa: E402

from mlops_audit.audit import AuditOptions, audit  # noqa: E402
from mlops_audit.reports.json_report import render_json  # noqa: E402

NAMES = tuple(sorted(HISTORIES))
#: 2025-06-02: after the last commit of every fixture.
EPOCH = "1748822400"


def report(name: str, folder: Path) -> str:
    """Return the JSON report of a fixture, laid out with its history below a folder."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = EPOCH
    try:
        return render_json(audit(build(name, folder / name), AuditOptions(cache=False)))
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


def kept(text: str) -> dict[str, Any]:
    """Return what a golden report keeps: all but what names this very version of the program."""
    data: dict[str, Any] = json.loads(text)
    data["tool"] = {"name": data["tool"]["name"]}
    return data


def path_of(name: str) -> Path:
    """Return the file of a golden report."""
    return FOLDER / f"{name}.json"


def main() -> None:
    """Write the golden reports."""
    FOLDER.mkdir(exist_ok=True)
    for name in NAMES:
        with TemporaryDirectory() as folder:
            data = kept(report(name, Path(folder)))
        text = json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False)
        path_of(name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
