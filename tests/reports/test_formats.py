"""Every format is what its consumer reads, whatever the repository holds."""

import csv
import dataclasses
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
import sample
import xmlschema

from mlops_audit.assessment.model import Audit, Comparison
from mlops_audit.cli.formats import Format, render

SCHEMAS = Path(__file__).with_name("schemas")
AUDITS: dict[str, Callable[[], Audit]] = {"usual": sample.build, "hostile": sample.hostile}


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


def change(audit: Audit, number: int, **changes: Any) -> Audit:
    """Return an audit with one finding changed."""
    findings = list(audit.findings)
    findings[number] = dataclasses.replace(findings[number], **changes)
    return dataclasses.replace(audit, findings=tuple(findings))


def compared(audit: Audit) -> Audit:
    """Return an audit in which only the first finding is new since the base."""
    findings = tuple(
        dataclasses.replace(item, new=number == 0) for number, item in enumerate(audit.findings)
    )
    against = Comparison(
        by="base", against="origin/main", level=1, score=60, new=1, known=len(findings) - 1, gone=()
    )
    return dataclasses.replace(audit, findings=findings, comparison=against)


@pytest.fixture(params=sorted(AUDITS))
def audit(request: pytest.FixtureRequest) -> Audit:
    return AUDITS[request.param]()


def test_sarif_fits_the_schema(audit: Audit) -> None:
    log = json.loads(render(audit, Format.SARIF))
    jsonschema.validate(log, schema("sarif-2.1.0.json"))
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(audit.findings)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert rules[result["ruleIndex"]]["help"]["text"]
    places = [item["locations"][0]["physicalLocation"] for item in run["results"]]
    found = {unquote(item["artifactLocation"]["uri"]) for item in places}
    shown = {str(item.path).encode("utf-8", "replace").decode() for item in audit.findings}
    assert found == shown


def test_sarif_tells_what_is_new_and_what_is_answered() -> None:
    log = json.loads(render(compared(sample.build()), Format.SARIF))
    results = log["runs"][0]["results"]
    states = [item["baselineState"] for item in results]
    assert (states[0], set(states[1:])) == ("new", {"unchanged"})
    (answered,) = [item for item in results if item["suppressions"]]
    assert answered["suppressions"][0]["kind"] == "inSource"
    assert answered["suppressions"][0]["justification"] == "the demo needs fresh noise"
    jsonschema.validate(log, schema("sarif-2.1.0.json"))


def test_sarif_points_into_the_file_and_names_the_folder() -> None:
    audit = change(sample.build(), 0, path="a b.ipynb", cell=2, line=3, file_line=40)
    repository = dataclasses.replace(audit.repository, prefix="services/x")
    log = json.loads(render(dataclasses.replace(audit, repository=repository), Format.SARIF))
    run = log["runs"][0]
    place = run["results"][0]["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "services/x/a%20b.ipynb"
    assert place["physicalLocation"]["region"] == {"startLine": 40}
    assert run["results"][0]["message"]["text"].endswith("(cell 3, line 3)")
    assert run["automationDetails"]["id"] == "mlops-audit/services/x/"


def test_a_finding_about_everything_stands_at_the_readme() -> None:
    audit = change(sample.build(), 0, path=None, line=None, cell=None, severity="error")
    audit = dataclasses.replace(
        audit, repository=dataclasses.replace(audit.repository, anchor="README.md")
    )
    sarif = json.loads(render(audit, Format.SARIF))["runs"][0]["results"][0]
    uri = sarif["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "README.md"
    gitlab = {item["fingerprint"]: item for item in json.loads(render(audit, Format.GITLAB))}
    assert gitlab[audit.findings[0].fingerprint]["location"]["path"] == "README.md"
    # An annotation without a file belongs to the run, which is where it is about.
    assert "file=README.md" not in render(audit, Format.GITHUB)


@pytest.mark.parametrize("name", ["junit-ant.xsd", "junit-jenkins.xsd"])
def test_junit_fits_the_schemas(audit: Audit, name: str) -> None:
    text = render(audit, Format.JUNIT)
    xmlschema.XMLSchema(SCHEMAS / name).validate(io.StringIO(text))
    assert text.count("<testcase") == len(audit.results)
    failing = {i.rule for i in audit.findings if i.severity != "note" and i.suppressed is None}
    assert text.count("<failure") == len(failing)


def test_junit_fails_only_what_is_new() -> None:
    audit = compared(change(sample.build(), 0, severity="error"))
    assert render(audit, Format.JUNIT).count("<failure") == 1


def test_gitlab_and_sonar_fit_their_schemas(audit: Audit) -> None:
    open_ones = [item for item in audit.findings if item.suppressed is None]
    gitlab = json.loads(render(audit, Format.GITLAB))
    jsonschema.validate(gitlab, schema("gitlab-code-quality.json"))
    assert len({item["fingerprint"] for item in gitlab}) == len(open_ones)
    sonar = json.loads(render(audit, Format.SONAR))
    jsonschema.validate(sonar, schema("sonar-generic-issues.json"))
    assert len(sonar["issues"]) == len(open_ones)
    assert {item["ruleId"] for item in sonar["issues"]} == {item["id"] for item in sonar["rules"]}


COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def unescaped(text: str) -> str:
    """Return text as the runner reads it."""
    for mark, character in (
        ("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"),
    ):  # fmt: skip
        text = text.replace(mark, character)
    return text


def test_github_commands_are_few_and_the_gravest_first(audit: Audit) -> None:
    lines = render(audit, Format.GITHUB).splitlines()
    commands = [COMMAND.fullmatch(line) for line in lines if line.startswith("::")]
    assert all(commands)
    kinds = [found[1] for found in commands if found]
    assert kinds == sorted(kinds, key=["error", "warning", "notice"].index)
    assert max(map(kinds.count, kinds)) <= 10
    (rest,) = [line for line in lines if not line.startswith("::")]
    left = int(rest.split()[1])
    assert left + len(kinds) == sum(item.suppressed is None for item in audit.findings)


def test_github_commands_carry_what_the_finding_says() -> None:
    audit = change(
        sample.build(), 0, severity="error", message="a%b\n::error::c", path="a,b:c.py", new=True,
        line=3, cell=None, file_line=3, file_end_line=9,
    )  # fmt: skip
    found = COMMAND.fullmatch(render(audit, Format.GITHUB).splitlines()[0])
    assert found is not None
    properties = dict(item.split("=", 1) for item in found[2].split(","))
    assert unescaped(properties["file"]) == "a,b:c.py"
    assert (properties["line"], properties["endLine"]) == ("3", "9")
    assert unescaped(found[3]) == "a%b\\n::error::c"


def test_markdown_stays_below_the_limit_of_a_comment() -> None:
    audit = sample.build(findings_per_rule=400)
    audit = dataclasses.replace(
        audit,
        findings=tuple(
            dataclasses.replace(item, path=f"{'long/' * 40}{number}.py", new=True)
            for number, item in enumerate(audit.findings)
        ),
    )
    text = render(audit, Format.MARKDOWN)
    assert 10_000 < len(text) < 65_000
    assert text.count("<details>") == text.count("</details>")


def test_markdown_of_a_repository_is_inert() -> None:
    text = render(sample.hostile(), Format.MARKDOWN)
    assert "<script" not in text and "<img" not in text
    assert "](javascript:" not in text and "\x1b" not in text
    mention = change(sample.build(), 0, message="@octocat see https://evil.example #1", new=True)
    text = render(mention, Format.MARKDOWN)
    assert "@octocat" not in text and "https://evil" not in text and " #1" not in text


def test_csv_has_a_row_a_finding_and_no_formula() -> None:
    audit = change(sample.build(), 0, message='=HYPERLINK("x"),\n"y"')
    rows = list(csv.DictReader(io.StringIO(render(audit, Format.CSV))))
    assert len(rows) == len(audit.findings)
    assert rows[0]["message"].startswith("'=HYPERLINK")
    assert {row["suppressed"] for row in rows} == {"", "inline"}
