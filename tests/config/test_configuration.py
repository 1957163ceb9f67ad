"""The published JSON Schema of the configuration."""

import json
import tomllib

import jsonschema
import pytest

from mlops_audit.config import repository_config
from mlops_audit.config.schema import SCHEMA_FILE, render_schema
from mlops_audit.errors import ConfigError

FULL = """\
rules = ["audit"]
technologies = ["audit/technologies"]
select = ["foundations"]
ignore = ["committed-secret"]
kind = "production"
exclude = ["/vendor"]
fail-on = "error"
min-level = 1
require = ["unit-tests"]
baseline = "mlops-audit-baseline.json"
base = "origin/main"
max-drop = 5
fail-on-regression = true
ratchet = false
jobs = 2
max-file-bytes = 100000

[zones]
"notebooks/**" = "exploration"

[params.committed-secret]
limit = 1

[min-score]
monitoring = 20

[[waivers]]
rules = ["seeds-fixed"]
paths = ["demo/**"]
reason = "The demo needs fresh noise."
owner = "Ada Lovelace"
expires = 2026-02-01

[[overrides]]
paths = ["notebooks/**"]
ignore = ["hardcoded-local-path"]
severity = { unit-tests = "note" }

[[attestations]]
practice = "privacy-protection"
owner = "Ada Lovelace"
date = 2025-02-01
statement = "Personal data was removed."
evidence = "docs/privacy.md"
expires = 2026-02-01
"""


def test_the_schema_file_is_current() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == render_schema()


def test_every_key_is_read_and_allowed_by_the_schema() -> None:
    schema = json.loads(render_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    data = tomllib.loads(FULL)
    assert set(schema["properties"]) - set(data) == set()
    # Editors see dates of TOML as text.
    jsonschema.validate(json.loads(json.dumps(data, default=str)), schema)
    found = repository_config({"mlops-audit.toml": FULL.encode()}.get)
    assert found.rules == ("audit",)
    assert found.technologies == ("audit/technologies",)
    assert found.select == ("foundations",)
    assert found.ignore == ("committed-secret",)
    assert found.exclude == ("/vendor",)
    assert found.zones == {"notebooks/**": "exploration"}
    assert found.params == {"committed-secret": {"limit": 1}}
    assert found.phase_scores == {"monitoring": 20}
    (statement,) = found.attestations
    assert statement.practice == "privacy-protection"
    assert statement.attestation.owner == "Ada Lovelace"
    assert str(statement.attestation.expires) == "2026-02-01"
    assert (found.kind, found.fail_on, found.min_level, found.min_score) == (
        "production", "error", 1, None,
    )  # fmt: skip
    assert (found.jobs, found.max_file_bytes) == (2, 100_000)


@pytest.mark.parametrize(
    "text",
    ["selct = []", "jobs = 0", "min-level = 5", "kind = 'x'", "[zones]\na = 'x'", "rules = 'x'"],
)
def test_the_schema_and_the_loader_refuse_alike(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), json.loads(render_schema()))
    with pytest.raises(ConfigError):
        repository_config({"mlops-audit.toml": text.encode()}.get)


def test_lines_are_known_in_pyproject() -> None:
    text = '[project]\nname = "x"\n\n[tool.mlops-audit]\nignore = [\n  "a",\n]\n'
    found = repository_config({"pyproject.toml": text.encode()}.get)
    error = found.error("ignore[0]", "wrong.")
    assert str(error) == "pyproject.toml:5: wrong."
