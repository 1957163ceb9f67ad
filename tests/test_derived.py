"""What is kept between runs: never trusted, never in the way."""

import shutil
from pathlib import Path

import pytest

from mlops_audit.derived import Derived, cache_folder
from mlops_audit.errors import RulebookError
from mlops_audit.linking.technologies import Catalogue
from mlops_audit.resources import rulebook
from mlops_audit.rules.loader import load_rulebook


def test_an_answer_is_made_once_for_a_key(tmp_path: Path) -> None:
    derived = Derived(tmp_path / "new" / "folder")
    assert derived.get("a", "1", lambda: [1, "é"]) == [1, "é"]
    assert derived.get("a", "1", lambda: pytest.fail("it was kept")) == [1, "é"]
    assert derived.get("a", "2", lambda: [2]) == [2]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"key": "other"}', b"\xff" * 9])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    assert Derived(tmp_path).get("a", "1", lambda: 3) == 3
    assert Derived(tmp_path).get("a", "1", lambda: 4) == 3


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("x")
    assert Derived(place / "below").get("a", "1", lambda: 3) == 3


def test_nothing_is_kept_inside_the_audited_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "repository" / "cache"))
    assert cache_folder(never_below=tmp_path / "repository") is None
    assert cache_folder(never_below=tmp_path / "other") is not None


def test_kept_rules_are_the_rules(tmp_path: Path) -> None:
    fresh = load_rulebook(rulebook(), installed_packs=False)
    derived = Derived(tmp_path)
    assert load_rulebook(rulebook(), installed_packs=False, derived=derived) == fresh
    assert load_rulebook(rulebook(), installed_packs=False, derived=derived) == fresh
    assert (tmp_path / "rules.json").is_file()


def test_kept_rules_of_another_shape_are_checked_anew(tmp_path: Path) -> None:
    derived = Derived(tmp_path)
    fresh = load_rulebook(rulebook(), installed_packs=False, derived=derived)
    text = (tmp_path / "rules.json").read_text().replace('"severity"', '"gravity"')
    (tmp_path / "rules.json").write_text(text)
    assert load_rulebook(rulebook(), installed_packs=False, derived=derived) == fresh


def test_a_rule_that_becomes_wrong_is_refused_in_spite_of_what_is_kept(tmp_path: Path) -> None:
    book = tmp_path / "rules"
    shutil.copytree(rulebook(), book)
    derived = Derived(tmp_path / "kept")
    load_rulebook(book, installed_packs=False, derived=derived)
    rule = next((book / "foundations").glob("*.yaml"))
    rule.write_text(rule.read_text().replace("severity:", "gravity:", 1))
    with pytest.raises(RulebookError, match="gravity"):
        load_rulebook(book, installed_packs=False, derived=derived)


def test_kept_technologies_are_the_technologies(tmp_path: Path) -> None:
    folder = rulebook() / "technologies"
    fresh = Catalogue.load([folder]).technologies
    derived = Derived(tmp_path)
    assert Catalogue.load([folder], derived).technologies == fresh
    assert Catalogue.load([folder], derived).technologies == fresh
    (tmp_path / "technologies.json").write_text('{"key": "x", "value": 1}')
    assert Catalogue.load([folder], derived).technologies == fresh
