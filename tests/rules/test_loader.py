from collections.abc import Callable
from pathlib import Path

import pytest

from mlops_audit.errors import RulebookError, UsageError
from mlops_audit.rules.lint import Linter
from mlops_audit.rules.loader import load_examples, load_rule, load_rulebook
from mlops_audit.rules.model import Rule

WriteRule = Callable[..., Path]

NONE = {"sql": "SELECT path, line FROM call", "applies_when": "always"}


def load(path: Path, practices: set[str] | None = None) -> Rule:
    with Linter(practices=practices) as linter:
        return load_rule(path, linter=linter)


def complaint(path: Path, practices: set[str] | None = None) -> str:
    with pytest.raises(RulebookError) as caught:
        load(path, practices)
    assert caught.value.path == str(path)
    return str(caught.value).removeprefix(str(path)).lstrip(":")


def replaced(path: Path, old: str, new: str) -> Path:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


def test_a_rule_knows_its_phase_and_what_it_reads(write_rule: WriteRule) -> None:
    sql = "SELECT path, line FROM call;\n"
    rule = load(write_rule("none", folder="deployment", sql=sql, applies_when="always"))
    assert rule.phase == "deployment"
    assert rule.sql == "SELECT path, line FROM call"
    assert rule.applies_when is None
    assert rule.needs == {("call", "path"), ("call", "line")}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("severity: warning", "severity: high", "6: `severity` is 'high', not one of"),
        ("severity: warning", "severty: warning", "6: unknown key `severty`. Did you mean 'sever"),
        ("severity: warning\n", "", "1: `severity` missing. Add it."),
        ("zones: [dev", "zones: [devel, dev", "9: `zones[]` is 'devel'"),
        ("why: Because.", "why: " + "x" * 401, "10: `why` has 401 characters. At most 400"),
        ("why: Because.", "why: 3", "10: `why` must be text. Quote it."),
        ("effort: minutes", "effort: minutes\neffort: days", "9: the key 'effort' stands twice"),
        ("id: thing-wrong", "id: thing_wrong", "1: `id` is 'thing_wrong'"),
        ("id: thing-wrong", "id: other", "1: the id is other. Call the file other.yaml."),
        ("path, line", "path, lin", "the query is refused: no such column: lin"),
        ("FROM call", "FROM calls", "no such table: calls. Did you mean 'call'"),
        ("FROM call", "FROM call; SELECT 1", "more than one statement"),
        ("path, line", "path, line, path", "two columns of one name"),
        ("path, line", "random() AS x", "random() is not allowed"),
        ('fail: "wrong"', 'fail: "{lines}"', "{lines}, which is not selected. Did you mean 'line'"),
        ('pass: "right"', 'pass: "{path}"', "{path}, which is not selected. No row is at hand"),
        ('fail: "wrong"', 'failed: "wrong"', "unknown key `failed` in `messages`. Did you mean"),
        ("expect: none", "expect: none\nat_least: 0.5", "`at_least` belongs to `expect: every`"),
        ("expect: none", "expect: every", "`expect: every` needs the column `ok`"),
        ("expect: none", "expect: attest", "`expect: attest` has no query"),
        ("applies_when: |\n  always\n", "", "`expect: none` needs `applies_when`"),
        ("expect: none", "expect: none\nparams: {limit: 5}", "no query uses the parameter :limit"),
        ("FROM call", "FROM call WHERE line < :limit", "binding"),
        ("fix: Mend it.", "fix: Mend it.\nreferences: [{title: x}]", "`url` missing in `refere"),
    ],
)
def test_a_wrong_rule_is_refused_with_line_and_mend(
    write_rule: WriteRule, old: str, new: str, said: str
) -> None:
    assert said in complaint(replaced(write_rule("none", **NONE), old, new))


def test_a_rule_lies_in_the_folder_of_a_phase(write_rule: WriteRule) -> None:
    said = complaint(write_rule("none", folder="deploymnt", **NONE))
    assert "Did you mean 'deployment'" in said


def test_an_unknown_practice_is_refused_where_practices_are_given(write_rule: WriteRule) -> None:
    path = write_rule("none", **NONE)
    assert load(path, {"some-practice"}).practice == "some-practice"
    assert "'some-practice' is unknown. Did you mean 'some-practise'" in complaint(
        path, {"some-practise"}
    )


def test_two_rules_may_not_ask_the_same(write_rule: WriteRule) -> None:
    write_rule("none", id="first", **NONE)
    second = {
        "sql": "select path,\n  line from CALL".replace("CALL", "call"),
        "applies_when": "always",
    }
    path = write_rule("none", id="second", **second)
    with pytest.raises(RulebookError, match="the rule first asks exactly the same") as caught:
        load_rulebook(path.parents[1], installed_packs=False)
    assert caught.value.path == str(path)


def test_examples_are_read_only_when_asked_for(write_rule: WriteRule) -> None:
    more = "---\nexamples:\n  - {name: a, expect: fail, files: {x.py: 'y'}, finding: [x.py]}\n"
    path = write_rule("none", more=more, **NONE)
    assert load(path).id == "thing-wrong"
    with pytest.raises(RulebookError, match=r"unknown key `finding`.*Did you mean 'findings'"):
        load_examples(path)
    replaced(path, "finding:", "findings:")
    (example,) = load_examples(path)
    assert (example.name, example.findings, example.line) == ("a", ("x.py",), 22)


def test_views_may_use_each_other_in_any_file_order(write_rule: WriteRule) -> None:
    sql = "SELECT path FROM aaa"
    book = write_rule("none", sql=sql, applies_when="always").parents[1]
    views = book / "views"
    views.mkdir()
    (views / "aaa.sql").write_text("-- Calls of fit.\nCREATE VIEW aaa AS SELECT path FROM bbb;\n")
    (views / "bbb.sql").write_text("-- Calls.\nCREATE VIEW bbb AS\nSELECT path FROM call\n")
    loaded = load_rulebook(book, installed_packs=False)
    assert [view.name for view in loaded.views] == ["bbb", "aaa"]
    assert loaded.views[1].description == "Calls of fit."
    assert loaded.rules[0].needs == {("call", "path")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CREATE VIEW v AS SELECT 1 AS x", "no header comment"),
        ("-- x\nSELECT 1", "is no view"),
        ("-- x\nCREATE VIEW w AS SELECT 1 AS x", "called w"),
        ("-- x\nCREATE VIEW v AS SELECT path FROM calls", "no such table"),
        ("-- x\nCREATE VIEW v AS SELECT 1 AS x; DROP TABLE call", "the view is wrong"),
        ("-- x\nCREATE VIEW v AS SELECT random() AS x", "not allowed"),
        ("-- x\nCREATE VIEW v AS SELECT x FROM v", "circle"),
    ],
)
def test_a_wrong_view_is_refused(write_rule: WriteRule, text: str, said: str) -> None:
    book = write_rule("none", **NONE).parents[1]
    (book / "views").mkdir()
    (book / "views" / "v.sql").write_text(text)
    with pytest.raises(RulebookError, match=said):
        load_rulebook(book, installed_packs=False)


def test_the_digest_changes_with_any_file(write_rule: WriteRule) -> None:
    path = write_rule("none", **NONE)
    before = load_rulebook(path.parents[1], installed_packs=False).digest
    assert load_rulebook(path.parents[1], installed_packs=False).digest == before
    replaced(path, "Because.", "Therefore.")
    assert load_rulebook(path.parents[1], installed_packs=False).digest != before


def test_a_pack_on_the_command_line_gets_its_own_ids(write_rule: WriteRule, tmp_path: Path) -> None:
    core = tmp_path / "core"
    core.mkdir()
    path = write_rule("none", **NONE)
    for place in (path, path.parent, path.parents[1]):
        book = load_rulebook(core, extra=[place], installed_packs=False)
        assert [(rule.id, rule.pack) for rule in book.rules] == [("book/thing-wrong", "book")]
    with pytest.raises(UsageError, match="does not exist"):
        load_rulebook(core, extra=[tmp_path / "nowhere"], installed_packs=False)
    with pytest.raises(UsageError, match="holds no rules"):
        load_rulebook(core, extra=[core], installed_packs=False)


def test_an_installed_pack_is_read_but_not_imported(
    write_rule: WriteRule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    package = site / "acme_rules"
    metadata = site / "acme_rules-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[mlops_audit.rules]\nacme = acme_rules.book\n")
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('imported')\n")
    write_rule("none", **NONE).parents[1].rename(package / "book")
    (package / "book" / "__init__.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.syspath_prepend(str(site))
    core = tmp_path / "core"
    core.mkdir()
    book = load_rulebook(core)
    assert [rule.id for rule in book.rules if rule.pack == "acme"] == ["acme/thing-wrong"]
