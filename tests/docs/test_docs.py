"""The documentation is true: generated pages are current, examples in it work."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from mlops_audit.assessment.assess import GateOptions
from mlops_audit.assessment.lifecycle import load_lifecycle
from mlops_audit.cli.main import COMMANDS
from mlops_audit.config import repository_config
from mlops_audit.config.resolve import choose
from mlops_audit.facts.collect import collect
from mlops_audit.linking import Overrides, link
from mlops_audit.repository import open_repository
from mlops_audit.resources import rulebook
from mlops_audit.rules.examples import run_example
from mlops_audit.rules.lint import Linter, lint_examples
from mlops_audit.rules.loader import load_examples, load_rule, load_rulebook
from mlops_audit.rules.views import load_views

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_pages_are_current(generator: ModuleType) -> None:
    assert generator.main(["--check"]) == 0


def test_links_inside_the_documentation_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def blocks(language: str) -> list[str]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_rule_in_contributing_works(tmp_path: Path) -> None:
    path = tmp_path / "monitoring" / "runbook-missing.yaml"
    path.parent.mkdir()
    path.write_text(blocks("yaml")[0], encoding="utf-8")
    views = load_views(rulebook() / "views")
    known = load_lifecycle(rulebook() / "lifecycle.yaml").by_id.keys()
    with Linter(views, known) as linter:
        rule = load_rule(path, linter=linter)
    examples = load_examples(path)
    assert lint_examples(rule, examples) == []
    for example in examples:
        assert [failure.problem for failure in run_example(rule, example, views)] == []


def test_the_technology_in_contributing_works(tmp_path: Path) -> None:
    path = tmp_path / "technologies" / "trackly.yaml"
    path.parent.mkdir()
    path.write_text(blocks("yaml")[1], encoding="utf-8")
    _, second = yaml.safe_load_all(path.read_text(encoding="utf-8"))
    (example,) = second["examples"]
    project = tmp_path / "project"
    project.mkdir()
    for name, text in example["files"].items():
        (project / name).write_text(text, encoding="utf-8")
    store = collect(open_repository(project))
    link(store, overrides=Overrides(technologies=(path,)))
    query = "SELECT action, path, line FROM action WHERE technology = 'trackly'"
    found = {f"{action} {file}:{line}" for action, file, line in store.connection.execute(query)}
    assert set(example["actions"]) <= found


@pytest.mark.parametrize("number", [0, 2, 3])
def test_the_configuration_in_the_guide_works(number: int) -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    block = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[number]
    lifecycle = load_lifecycle(rulebook() / "lifecycle.yaml")
    book = load_rulebook(rulebook(), installed_packs=False)
    configuration = repository_config({"mlops-audit.toml": block.encode()}.get)
    chosen = choose(book, lifecycle, configuration, gate=GateOptions())
    assert chosen.params == configuration.params
    assert bool(chosen.attestations) is ("[[attestations]]" in block)
    assert bool(configuration.waivers) is ("[[waivers]]" in block)


def test_the_reader_in_contributing_compiles() -> None:
    (text,) = blocks("python")
    module = ModuleType("model_lock")
    sys.modules["model_lock"] = module
    try:
        exec(compile(text, "CONTRIBUTING.md", "exec"), module.__dict__)
    finally:
        del sys.modules["model_lock"]
    assert module.READERS[0].name == "model-lock"


def test_the_commands_of_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    words = {match.split()[1] for match in re.findall(r"`(mlops-audit [^`]+)`", text)}
    known = {*COMMANDS, ".", "path/to/repository"}
    assert words <= known
