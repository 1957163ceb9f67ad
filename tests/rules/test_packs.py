"""Rule packs that are installed: their data is read, their code is never imported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ENTRY_POINTS = "[mlops_audit.rules]\nacme = acme_rules.book\n"
CODE = "raise SystemExit('the code of a rule pack was imported')\n"


@pytest.fixture
def installed(write_rule, tmp_path: Path) -> Path:
    """Lay out an installed distribution: a package, its rules and its metadata."""
    site = tmp_path / "site"
    rule = write_rule("none", applies_when="SELECT 1", sql="SELECT path FROM file WHERE 0")
    text = rule.read_text(encoding="utf-8").replace("some-practice", "no-secrets")
    files = {
        "acme_rules/__init__.py": CODE,
        "acme_rules/book/__init__.py": CODE,
        "acme_rules/book/foundations/thing-wrong.yaml": text,
        "acme_rules-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme-rules\n",
        "acme_rules-1.0.dist-info/entry_points.txt": ENTRY_POINTS,
    }
    for name, content in files.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return site


def listed(site: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mlops_audit", "rules", "--format", "json"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(site)))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_installed_pack_adds_its_rules_without_being_imported(installed: Path) -> None:
    done = listed(installed)
    assert done.returncode == 0, done.stderr
    packs = {rule["id"]: rule["pack"] for rule in json.loads(done.stdout)}
    assert packs["acme/thing-wrong"] == "acme"
    assert "core" in packs.values()


def test_an_entry_point_without_a_folder_is_refused(installed: Path) -> None:
    (installed / "acme_rules-1.0.dist-info" / "entry_points.txt").write_text(
        "[mlops_audit.rules]\nacme = acme_rules.missing\n", encoding="utf-8"
    )
    done = listed(installed)
    assert done.returncode == 2
    assert "names acme_rules.missing" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_wrong_rule_of_an_installed_pack_is_named(installed: Path) -> None:
    rule = installed / "acme_rules" / "book" / "foundations" / "thing-wrong.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("effort: minutes", "effort: weeks"))
    done = listed(installed)
    assert done.returncode == 2
    assert "thing-wrong.yaml:8: `effort` is 'weeks'" in done.stderr
