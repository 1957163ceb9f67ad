"""Small repositories on disk, read by the real readers and linked."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlops_audit.facts.collect import collect
from mlops_audit.facts.store import FactStore
from mlops_audit.linking import Overrides, link
from mlops_audit.repository import open_repository

Rows = list[tuple[object, ...]]


class Linked:
    """A linked repository to ask."""

    def __init__(self, store: FactStore) -> None:
        """Keep the store."""
        self.store = store

    def rows(self, query: str) -> Rows:
        """Return the rows of a query."""
        return self.store.connection.execute(query).fetchall()

    def calls(self, path: str, scope: str = "") -> set[tuple[str, str, str]]:
        """Return (path, scope, confidence) of everything that a unit calls or imports."""
        found = self.store.connection.execute(
            "SELECT target_path, target_scope, confidence FROM call_edge"
            " WHERE path = ? AND scope = ?",
            (path, scope),
        )
        return set(found)

    @property
    def kind(self) -> str:
        """Return the kind of the repository."""
        ((name,),) = self.rows("SELECT name FROM trait WHERE name LIKE 'kind:%'")
        return str(name).removeprefix("kind:")

    def zone(self, path: str) -> str:
        """Return the zone of a file."""
        found = self.store.connection.execute(
            "SELECT zone FROM file_zone WHERE path = ?", (path,)
        ).fetchall()
        assert len(found) == 1, found
        return str(found[0][0])


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[Callable[..., Linked]]:
    """Return a function that makes a repository of the given files and links it."""
    stores: list[FactStore] = []

    def make(files: dict[str, str], *, overrides: Overrides | None = None) -> Linked:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        store = collect(open_repository(tmp_path), jobs=1)
        stores.append(store)
        link(store, overrides=overrides)
        return Linked(store)

    yield make
    for store in stores:
        store.close()
