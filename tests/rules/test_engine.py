from collections.abc import Callable
from datetime import date

import pytest

from mlops_audit.errors import UsageError
from mlops_audit.facts.store import FactStore
from mlops_audit.rules.engine import judge, query
from mlops_audit.rules.judging import Attestation
from mlops_audit.rules.model import Place, Rule, Status, Verdict
from mlops_audit.schema import Action, Diagnostic, File, FileZone

MakeRule = Callable[..., Rule]

TRAINING = "SELECT path, line, cell, name AS subject FROM action WHERE action = 'train'"
EVERY = (
    "SELECT CASE technology WHEN 'yes' THEN 1 WHEN 'no' THEN 0 END AS ok, path, line, name\n"
    "FROM action"
)


def add_action(
    store: FactStore, path: str, line: int, technology: str = "", action: str = "train"
) -> None:
    row = Action(path, None, line, "", action, technology, "call", f"fit{line}", None, "high")
    store.add_rows([row])


def add_file(store: FactStore, path: str, zone: str | None = None) -> None:
    row = File(path, path, ".py", "python", 1, 1, "x", "source", "", True, False, False)
    store.add_rows([row])
    if zone is not None:
        store.add_rows([FileZone(path, zone, "test")])


def judged(store: FactStore, rule: Rule, **options: object) -> Verdict:
    (verdict,) = judge(store, [rule], **options)  # type: ignore[arg-type]
    return verdict


def at(places: tuple[Place, ...]) -> list[tuple[str | None, int | None]]:
    return [(place.path, place.line) for place in places]


@pytest.mark.parametrize(
    ("technologies", "at_least", "status"),
    [
        (["yes", "yes"], "1", Status.PASS),
        (["yes", "no"], "1", Status.FAIL),
        (["yes", "no"], "0.5", Status.PASS),
        (["yes", "?"], "1", Status.UNKNOWN),
        (["no", "?"], "1", Status.FAIL),
        (["no", "?", "yes", "yes"], "0.7", Status.UNKNOWN),
        ([], "1", Status.NOT_APPLICABLE),
    ],
)
def test_every_counts_an_unknown_neither_for_nor_against(
    store: FactStore, make_rule: MakeRule, technologies: list[str], at_least: str, status: Status
) -> None:
    for number, technology in enumerate(technologies, start=1):
        add_action(store, "a.py", number, technology)
    verdict = judged(store, make_rule("every", sql=EVERY, more=f"at_least: {at_least}"))
    assert verdict.status is status
    assert verdict.total == len(technologies)
    assert verdict.judged == len([word for word in technologies if word != "?"])


def test_every_names_distinct_places_in_order(store: FactStore, make_rule: MakeRule) -> None:
    for path, line in (("b.py", 10), ("b.py", 9), ("a.py", 20), ("a.py", 20)):
        add_action(store, path, line, "no")
    add_action(store, "a.py", 2, "yes")
    rule = make_rule("every", sql=EVERY, failed="{name} in {path} is wrong")
    verdict = judged(store, rule)
    assert at(verdict.complaints) == [("a.py", 20), ("b.py", 9), ("b.py", 10)]
    assert verdict.reason == "fit20 in a.py is wrong (3 of 4 places)."
    assert verdict.complaints[0].strength is None
    assert at(verdict.evidence) == [("a.py", 2)]
    assert verdict.evidence[0].strength == "implemented"


def test_some_passes_on_evidence_whose_strength_a_row_may_state(
    store: FactStore, make_rule: MakeRule
) -> None:
    add_action(store, "a.py", 1)
    rule = make_rule("some", sql=f"{TRAINING}", applies_when="always")
    verdict = judged(store, rule)
    assert verdict.status is Status.PASS
    assert [place.strength for place in verdict.evidence] == ["implemented"]
    sql = "SELECT path, line, 'observed' AS strength FROM action"
    stated = make_rule("some", sql=sql, applies_when="always")
    assert judged(store, stated).evidence[0].strength == "observed"


def test_some_fails_at_the_place_that_makes_it_applicable(
    store: FactStore, make_rule: MakeRule
) -> None:
    rule = make_rule(
        "some",
        sql="SELECT path FROM action WHERE action = 'log_metric'",
        applies_when="SELECT 1, path, line, name FROM action WHERE action = 'train'",
        failed="nothing is logged for {name}",
    )
    assert judged(store, rule).status is Status.NOT_APPLICABLE
    add_action(store, "b.py", 4)
    add_action(store, "a.py", 7)
    verdict = judged(store, rule)
    assert verdict.status is Status.FAIL
    assert at(verdict.complaints) == [("a.py", 7)]
    assert verdict.complaints[0].message == "nothing is logged for fit7"


def test_applies_when_asks_whether_the_first_column_is_true(
    store: FactStore, make_rule: MakeRule
) -> None:
    rule = make_rule(
        "none",
        sql=TRAINING,
        applies_when="SELECT EXISTS (SELECT 1 FROM action WHERE action = 'deploy')",
    )
    add_action(store, "a.py", 1)
    assert judged(store, rule).status is Status.NOT_APPLICABLE
    add_action(store, "a.py", 2, action="deploy")
    assert judged(store, rule).status is Status.FAIL


def test_none_passes_without_a_place_and_fails_with_places(
    store: FactStore, make_rule: MakeRule
) -> None:
    rule = make_rule("none", sql=TRAINING, applies_when="always", passed="clean", failed="found")
    verdict = judged(store, rule)
    assert verdict.status is Status.PASS
    assert [(p.path, p.strength, p.message) for p in verdict.evidence] == [
        (None, "implemented", "clean")
    ]
    add_action(store, "a.py", 1)
    verdict = judged(store, rule)
    assert verdict.status is Status.FAIL
    assert (verdict.evidence, at(verdict.complaints)) == ((), [("a.py", 1)])


def test_rows_of_files_in_other_zones_are_dropped(store: FactStore, make_rule: MakeRule) -> None:
    add_file(store, "explore.py", "exploration")
    add_file(store, "train.py", "production")
    for path in ("explore.py", "train.py", "unzoned.py"):
        add_action(store, path, 1)
    rule = make_rule("none", sql=TRAINING, applies_when="always")
    assert at(judged(store, rule).complaints) == [("train.py", 1), ("unzoned.py", 1)]
    verdict = judged(store, rule, zones={"train.py": "test", "unzoned.py": "docs"})
    assert at(verdict.complaints) == [("explore.py", 1)]


def test_rows_without_a_path_are_kept(store: FactStore, make_rule: MakeRule) -> None:
    rule = make_rule("none", sql="SELECT NULL AS path, 'all' AS subject", applies_when="always")
    assert at(judged(store, rule).complaints) == [(None, None)]


def test_unknown_when_turns_a_fail_into_unknown(store: FactStore, make_rule: MakeRule) -> None:
    add_action(store, "a.py", 1, "no")
    blind = "SELECT EXISTS (SELECT 1 FROM command_target WHERE status = 'unresolved')"
    rules = [
        make_rule("every", id="e", sql=EVERY, unknown_when=blind),
        make_rule("none", id="n", sql=TRAINING, applies_when="always", unknown_when=blind),
        make_rule(
            "some",
            id="s",
            sql="SELECT path FROM job",
            applies_when="always",
            unknown_when=blind,
        ),
    ]
    assert [verdict.status for verdict in judge(store, rules)] == [Status.FAIL] * 3
    store.add("command_target", [("ci.yml", 0, "unresolved", None, None, "$X")])
    verdicts = judge(store, rules)
    assert [verdict.status for verdict in verdicts] == [Status.UNKNOWN] * 3
    assert all(not verdict.complaints for verdict in verdicts)
    assert at(verdicts[0].unknowns) == [("a.py", 1)]


@pytest.mark.parametrize(("files", "status"), [(19, Status.UNKNOWN), (20, Status.PASS)])
def test_absence_proves_nothing_when_too_much_was_not_read(
    store: FactStore, make_rule: MakeRule, files: int, status: Status
) -> None:
    for number in range(files):
        add_file(store, f"{number:02}.py", "production")
    add_file(store, "vendored.py", "vendored")
    for path in ("00.py", "vendored.py"):
        store.add_rows([Diagnostic(path, None, "python", "too large", True)])
    clean = make_rule("none", id="clean", sql=TRAINING, applies_when="always")
    shown = make_rule("some", id="shown", sql=f"{TRAINING} AND 1", applies_when="always")
    verdicts = judge(store, [clean, shown])
    assert verdicts[0].status is status
    failed = Status.UNKNOWN if status is Status.UNKNOWN else Status.FAIL
    assert verdicts[1].status is failed
    if status is Status.UNKNOWN:
        expected = f"1 of the {files} files that could show it could not be read."
        assert verdicts[0].reason == expected


def test_unread_files_that_feed_other_tables_do_not_matter(
    store: FactStore, make_rule: MakeRule
) -> None:
    add_file(store, "a.py", "production")
    store.add_rows([Diagnostic("a.py", None, "python", "broken", True)])
    rule = make_rule("none", sql="SELECT path FROM section", applies_when="always")
    assert judged(store, rule).status is Status.PASS


def test_messages_replace_bare_column_names_only(store: FactStore, make_rule: MakeRule) -> None:
    add_action(store, "{line}.py", 1)
    failed = "{path} {0.__class__} {path!r} {{}} at most {limit}"
    sql = f"{TRAINING} AND line < :limit"
    rule = make_rule(
        "none", sql=sql, applies_when="always", failed=failed, more="params: {limit: 5}"
    )
    (place,) = judged(store, rule).complaints
    assert place.message == "{line}.py {0.__class__} {path!r} {{}} at most 5"


def test_parameters_can_be_overridden_by_the_same_type_only(
    store: FactStore, make_rule: MakeRule
) -> None:
    add_action(store, "a.py", 7)
    sql = f"{TRAINING} AND line < :limit"
    rule = make_rule("none", sql=sql, applies_when="always", more="params: {limit: 5}")
    assert judged(store, rule).status is Status.PASS
    override = {rule.id: {"limit": 10}}
    assert judged(store, rule, params_override=override).status is Status.FAIL
    with pytest.raises(UsageError, match="must be a int"):
        judged(store, rule, params_override={rule.id: {"limit": "10"}})
    with pytest.raises(UsageError, match="Did you mean 'limit'"):
        judged(store, rule, params_override={rule.id: {"limits": 10}})


def test_a_rule_that_goes_wrong_costs_only_itself(store: FactStore, make_rule: MakeRule) -> None:
    add_action(store, "a.py", 1)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)\nSELECT i FROM n"
    rules = [
        make_rule("none", id="z-fine", sql=TRAINING, applies_when="always"),
        make_rule(
            "every", id="b-words", sql="SELECT technology || 'x' AS ok, path, line FROM action"
        ),
        make_rule(
            "some",
            id="c-strength",
            sql="SELECT path, 'strong' AS strength FROM action",
            applies_when="always",
        ),
    ]
    wrong = make_rule("none", id="a-endless", sql=f"{endless} LIMIT 1", applies_when="always")
    object.__setattr__(wrong, "sql", f"{endless} WHERE i < 0")
    verdicts = judge(store, [*rules, wrong], seconds=0.05)
    assert [verdict.rule.id for verdict in verdicts] == [
        "a-endless",
        "b-words",
        "c-strength",
        "z-fine",
    ]
    assert [verdict.status for verdict in verdicts] == [Status.ERROR] * 3 + [Status.FAIL]
    assert "took more than 0.05 seconds" in verdicts[0].reason


def test_only_people_can_tell_what_attest_asks(store: FactStore, make_rule: MakeRule) -> None:
    rule = make_rule("attest")
    assert judged(store, rule).status is Status.MANUAL
    statement = Attestation(
        owner="Ada", date=date(2024, 1, 1), statement="agreed", expires=date(2024, 12, 31)
    )
    held = {rule.id: statement}
    verdict = judged(store, rule, attestations=held, today=date(2024, 6, 1))
    assert verdict.status is Status.PASS
    assert verdict.evidence[0].message == "Ada attested on 2024-01-01: agreed"
    expired = judged(store, rule, attestations=held, today=date(2025, 1, 1))
    assert expired.status is Status.MANUAL


def test_a_query_reads_facts_and_nothing_else(store: FactStore) -> None:
    add_action(store, "a.py", 3)
    assert query(store, "SELECT path, line FROM action") == (["path", "line"], [("a.py", 3)])
    with pytest.raises(UsageError, match="Did you mean 'action'"):
        query(store, "SELECT * FROM actions")
    with pytest.raises(UsageError, match="only reading is allowed"):
        query(store, "DELETE FROM action")
    assert query(store, "SELECT count(*) FROM action")[1] == [(1,)]
