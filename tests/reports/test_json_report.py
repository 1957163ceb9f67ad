import dataclasses
import json

import jsonschema
import pytest
import sample

from mlops_audit.reports.json_report import render_json, to_dict
from mlops_audit.reports.schema import SCHEMA_FILE, main, render_schema, report_schema


@pytest.mark.parametrize("audit", [sample.build(), sample.hostile()], ids=["plain", "hostile"])
def test_every_report_fits_its_published_schema(audit):
    report = json.loads(render_json(audit))
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text("utf-8")))
    validator.check_schema(validator.schema)
    assert list(validator.iter_errors(report)) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("practices", 0, "status"), "fine"),
        (("findings", 0, "severity"), "fatal"),
        (("maturity", "level"), "two"),
        (("maturity", "score_range"), [1, 2, 3]),
        (("gate", "passed"), None),
    ],
)
def test_the_schema_refuses_what_is_no_report(place, value):
    report = to_dict(sample.build())
    *way, last = place
    target = report
    for key in way:
        target = target[key]
    target[last] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report, report_schema())


def test_the_schema_refuses_a_field_that_nobody_declared():
    report = to_dict(sample.build()) | {"surprise": 1}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report, report_schema())


def test_the_schema_file_is_up_to_date():
    assert SCHEMA_FILE.read_text("utf-8") == render_schema()
    assert main(["--check"]) == 0


def test_the_same_audit_gives_the_same_bytes():
    assert render_json(sample.build()) == render_json(sample.build())


def test_bytes_that_are_no_text_and_numbers_that_are_none_are_still_json():
    audit = dataclasses.replace(
        sample.build(), stats={"nan": float("nan"), "name": "caf\udce9.py", "set": {"b", "a"}}
    )
    text = render_json(audit)
    text.encode("utf-8")
    stats = json.loads(text)["stats"]
    assert stats["nan"] is None
    assert stats["set"] == ["a", "b"]
    assert stats["name"] == "caf\udce9.py"
