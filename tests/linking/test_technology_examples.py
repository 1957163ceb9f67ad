"""Every example in `rules/technologies/`, through the real readers."""

import re
from pathlib import Path

import pytest

from mlops_audit.facts.store import FactStore
from mlops_audit.linking.idioms import find_idioms
from mlops_audit.linking.technologies import (
    Catalogue,
    TechnologyExample,
    load_examples,
    match_technologies,
    technology_files,
)
from mlops_audit.readers.registry import read_file
from mlops_audit.repository.kinds import kind_of, sniff
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import File, Project

FOLDER = Path(__file__).parents[2] / "rules" / "technologies"
EXAMPLES = [example for file in technology_files([FOLDER]) for example in load_examples(file)]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load([FOLDER])


def read(files: dict[str, str]) -> FactStore:
    """Return the facts of a tiny repository."""
    store = FactStore()
    store.add_rows([Project("", "example", "")])
    for path, text in sorted(files.items()):
        content = text.encode()
        kind, role = kind_of(path) or sniff(content), "source"
        file = SourceFile(path=path, kind=kind, size=len(content), role=role, digest="0")
        row = File(path, file.name, file.suffix, kind, len(content), text.count("\n"), "0", role,
                   "", True, False, False)  # fmt: skip
        store.add_rows([row])
        for table, rows in read_file(file, content).items():
            store.add(table, rows)
    store.finish()
    return store


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=[f"{one.technology}: {one.name}" for one in EXAMPLES]
)
def test_example(example: TechnologyExample, catalogue: Catalogue) -> None:
    store = read(example.files)
    uses, actions = match_technologies(store.connection, catalogue)
    actions += find_idioms(store.connection, actions)
    lines = {
        f"{one.action} {one.path}" + (f":{one.line}" if one.line is not None else "")
        for one in actions
        if one.technology in (example.technology, "")
    }
    wanted = {one for one in example.actions if not one.startswith("not ")}
    unwanted = {one.removeprefix("not ") for one in example.actions} - wanted
    assert wanted <= lines
    assert not unwanted & lines
    via = {one.via for one in uses if one.technology == example.technology}
    assert set(example.uses) <= via


@pytest.mark.parametrize("file", technology_files([FOLDER]), ids=lambda file: file.stem)
def test_every_technology_has_an_example_and_no_duplicate_keys(file: Path) -> None:
    assert load_examples(file)
    keys = re.findall(r"^(\w+):", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(keys) == len(set(keys))
