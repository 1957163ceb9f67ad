"""The report of every fixture, whole: a change of any rule or reader shows here.

Read the difference, and if it is meant, run `make generated`.
"""

import json
from pathlib import Path

import jsonschema
import pytest
from golden import NAMES, kept, path_of, report

from mlops_audit.reports.schema import report_schema


@pytest.fixture(scope="module", params=NAMES)
def fixture(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """Name and report of a fixture."""
    folder: Path = tmp_path_factory.mktemp("golden")
    return request.param, report(request.param, folder)


def test_the_report_is_the_golden_one(fixture) -> None:
    name, text = fixture
    golden = json.loads(path_of(name).read_text(encoding="utf-8"))
    found = kept(text)
    # One part at a time: the first that differs says most.
    for part in ("repository", "practices", "findings", "maturity", *sorted(golden)):
        assert found[part] == golden[part], f"{name}: {part} (meant? run `make generated`)"
    assert set(found) == set(golden)


def test_the_report_fits_its_schema(fixture) -> None:
    _, text = fixture
    jsonschema.validate(json.loads(text), report_schema())


def test_the_report_names_nothing_of_this_machine(fixture, tmp_path_factory) -> None:
    _, text = fixture
    assert str(tmp_path_factory.getbasetemp()) not in text
    assert str(Path.home()) + "/" not in text or Path.home() == Path("/")
