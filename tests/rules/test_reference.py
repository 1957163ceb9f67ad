import json

import jsonschema

from mlops_audit.resources import rulebook
from mlops_audit.rules.loader import rule_files
from mlops_audit.rules.reference import main, rule_schema
from mlops_audit.rules.strict_yaml import load_documents, read_text


def test_the_schema_in_the_rulebook_is_current() -> None:
    assert main(["--check"]) == 0
    assert json.loads((rulebook() / "rule.schema.json").read_text()) == rule_schema()


def test_the_schema_accepts_every_rule_file() -> None:
    validator = jsonschema.Draft202012Validator(rule_schema())
    validator.check_schema(rule_schema())
    for path in rule_files(rulebook()):
        for document, _ in load_documents(path, read_text(path)):
            assert [error.message for error in validator.iter_errors(document)] == [], path
