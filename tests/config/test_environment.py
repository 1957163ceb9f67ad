"""Variables set keys of the configuration."""

import pytest

from mlops_audit.config import Configuration, repository_config, with_environment
from mlops_audit.config.effective import effective
from mlops_audit.errors import ConfigError


def test_a_variable_replaces_what_the_file_says() -> None:
    file = b'fail-on = "error"\nselect = ["monitoring"]\n[min-score]\nmonitoring = 3\n'
    found = with_environment(
        repository_config({"mlops-audit.toml": file}.get),
        {
            "MLOPS_AUDIT_FAIL_ON": "warning",
            "MLOPS_AUDIT_REQUIRE": "unit-tests, no-secrets",
            "MLOPS_AUDIT_MIN_SCORE": "monitoring=5,retraining=6",
            "MLOPS_AUDIT_MIN_LEVEL": "2",
            "MLOPS_AUDIT_RATCHET": "false",
            "MLOPS_AUDIT_BASE": "",
            "PATH": "/bin",
        },
    )
    assert found.fail_on == "warning"
    assert found.require == ("unit-tests", "no-secrets")
    assert found.phase_scores == {"monitoring": 5, "retraining": 6}
    assert (found.min_level, found.ratchet, found.base) == (2, False, None)
    sources = {item.key: item.source for item in effective(found)}
    assert sources["fail-on"] == "environment: MLOPS_AUDIT_FAIL_ON"
    assert sources["select"] == "mlops-audit.toml:2"
    assert sources["jobs"].startswith("default")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("MLOPS_AUDIT_FAILON", "error", "Did you mean 'MLOPS_AUDIT_FAIL_ON'?"),
        ("MLOPS_AUDIT_FAIL_ON", "eror", "Did you mean 'error'?"),
        ("MLOPS_AUDIT_MIN_LEVEL", "two", "It is a whole number."),
        ("MLOPS_AUDIT_MIN_LEVEL", "5", "at most 4"),
        ("MLOPS_AUDIT_RATCHET", "maybe", "It is true or false."),
        ("MLOPS_AUDIT_MIN_SCORE", "monitorin=5", "Did you mean 'monitoring'?"),
        ("MLOPS_AUDIT_MIN_SCORE", "500", "at most 100"),
    ],
)
def test_a_wrong_variable_is_refused_by_name(name: str, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        with_environment(Configuration(), {name: text})
    assert str(raised.value).startswith(f"{name}: ") and said in str(raised.value)
