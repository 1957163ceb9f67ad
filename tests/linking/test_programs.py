"""Realistic programs, one a library: what each line does, and that the others do nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import classic, deep, hosted, names, near_misses, settings

from mlops_audit.facts.store import FactStore
from mlops_audit.linking.idioms import find_idioms
from mlops_audit.linking.index import CodeIndex
from mlops_audit.linking.receivers import Receivers, unknown_receivers
from mlops_audit.linking.sites import CallSites
from mlops_audit.linking.technologies import Catalogue, match_technologies
from mlops_audit.readers.registry import read_file
from mlops_audit.repository.kinds import kind_of
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import File, Project

ONE_FILE = {
    **classic.PROGRAMS,
    **deep.PROGRAMS,
    **hosted.PROGRAMS,
    **near_misses.PROGRAMS,
    **settings.PROGRAMS,
}
ALL = {**{name: {"a.py": text} for name, text in ONE_FILE.items()}, **names.PROGRAMS}
JUDGED = frozenset(
    """
    train tune cross_validate predict evaluate split save_model load_model fit_transform
    log_metric write_metric_file parse_config autolog hosted_model llm_evaluate trace
    """.split()  # noqa: SIM905
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load([Path(__file__).parents[2] / "rules" / "technologies"])


def marked(files: dict[str, str]) -> Iterator[tuple[str, int, str]]:
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), start=1):
            found = re.search(r"#= (.+)$", line)
            yield from ((path, number, action) for action in (found[1].split() if found else ()))


@pytest.mark.parametrize("name", ALL)
def test_program(name: str, catalogue: Catalogue) -> None:
    with FactStore() as store:
        store.add_rows([Project("", "example", "")])
        for path, text in ALL[name].items():
            content, kind = text.encode(), kind_of(path)
            file = SourceFile(path=path, kind=kind, size=len(content), role="source", digest="0")
            row = File(path, file.name, file.suffix, kind, len(content), 1, "0", "source", "",
                       True, False, False)  # fmt: skip
            store.add_rows([row])
            for table, rows in read_file(file, content).items():
                store.add(table, rows)
        store.finish()
        index = CodeIndex(store.connection)
        sites = CallSites(store.connection, index)
        receivers = Receivers(store.connection, index, sites)
        named = unknown_receivers(sites, receivers, catalogue.method_names)
        _, actions = match_technologies(store.connection, catalogue, named=named)
        actions += find_idioms(store.connection, actions)
    found = {(one.path, one.line, one.action) for one in actions if one.action in JUDGED}
    assert found == set(marked(ALL[name]))
