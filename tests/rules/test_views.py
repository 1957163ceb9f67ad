"""Views that rules share: answered once, or left as they are where that takes too long."""

import pytest

from mlops_audit.facts.store import FactStore
from mlops_audit.resources import rulebook
from mlops_audit.rules.views import View, fill_views, load_views

NUMBERS = View(
    "number",
    "one row a number",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)"
    " SELECT i FROM n",
    "number.sql",
)


def kinds(store: FactStore) -> dict[str, str]:
    return dict(store.connection.execute("SELECT name, type FROM sqlite_temp_master"))


@pytest.mark.parametrize(("seconds", "kind"), [(60.0, "table"), (0.0, "view")])
def test_a_view_is_answered_once_unless_it_takes_too_long(
    store: FactStore, seconds: float, kind: str
) -> None:
    assert "number" in fill_views(store.connection, [NUMBERS], seconds=seconds)
    assert kinds(store) == {"number": kind}
    assert store.connection.execute("SELECT max(i) FROM number").fetchone() == (300_000,)


def test_views_are_answered_anew_for_other_facts(store: FactStore) -> None:
    views = load_views(rulebook() / "views")
    first = fill_views(store.connection, views)
    assert fill_views(store.connection, views) == first
    assert set(kinds(store).values()) == {"table"}
