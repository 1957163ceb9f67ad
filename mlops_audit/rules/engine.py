"""Judging facts: the verdict logic of every rule, once."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from mlops_audit.errors import UsageError
from mlops_audit.facts.store import FactStore
from mlops_audit.rules.check import did_you_mean
from mlops_audit.rules.feeds import Feeds
from mlops_audit.rules.guard import RULE_SECONDS, QueryError, run
from mlops_audit.rules.judging import Attestation, Judging
from mlops_audit.rules.model import Expect, Rule, Status, Verdict
from mlops_audit.rules.views import View, fill_views, install_views

#: More unread files than this share, and absence proves nothing.
UNREAD_LIMIT = 0.05
_QUERY_SECONDS = 30.0

__all__ = ["UNREAD_LIMIT", "judge", "parameters", "query"]


def judge(
    store: FactStore,
    rules: Iterable[Rule],
    *,
    views: Iterable[View] = (),
    params_override: Mapping[str, Mapping[str, Any]] | None = None,
    zones: Mapping[str, str] | None = None,
    attestations: Mapping[str, Attestation] | None = None,
    today: date | None = None,
    unread_limit: float = UNREAD_LIMIT,
    seconds: float = RULE_SECONDS,
) -> list[Verdict]:
    """Judge the facts by each rule; verdicts in the order of the rules' ids.

    Args:
        store: facts, linked.
        rules: what to judge by; their ids differ.
        views: views that the rules use.
        params_override: other values for parameters, by rule id and name.
        zones: zone of each path; by default those of the table ``file_zone``.
        attestations: statements for rules that nothing in a repository can prove, by rule id.
        today: day by which attestations expire; None: they do not.
        unread_limit: share of unread files above which absence is unknown.
        seconds: processor time that one query may take.

    Raises:
        UsageError: an overridden parameter does not exist or has another type.
    """
    ordered = sorted(rules, key=lambda rule: rule.id)
    overrides = params_override or {}
    values = {rule.id: parameters(rule, overrides.get(rule.id, {})) for rule in ordered}
    store.finish()
    tables = fill_views(store.connection, views)
    if zones is None:
        zones = dict(store.connection.execute("SELECT path, zone FROM file_zone"))
    feeds = Feeds(store)
    found: list[Verdict] = []
    for rule in ordered:
        started = time.perf_counter()
        judging = Judging(
            store=store,
            rule=rule,
            params=values[rule.id],
            tables=tables,
            zones=zones,
            unread=feeds.unread,
            unread_limit=unread_limit,
            seconds=seconds,
        )
        try:
            if rule.expect is Expect.ATTEST:
                verdict = judging.attest((attestations or {}).get(rule.id), today)
            else:
                verdict = judging.verdict()
        except QueryError as error:
            verdict = judging.give(Status.ERROR, f"The rule could not be judged: {error}.")
        found.append(replace(verdict, elapsed_ms=(time.perf_counter() - started) * 1000))
    return found


def query(
    store: FactStore, sql: str, *, views: Iterable[View] = ()
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Answer one SELECT statement from the facts, read-only.

    Raises:
        UsageError: it is no such statement, or takes too long.
    """
    tables = install_views(store.connection, views)
    try:
        answer = run(store.connection, sql, {}, tables=tables, seconds=_QUERY_SECONDS)
    except QueryError as error:
        missing = re.match(r"no such table: (?:\w+\.)?(\w+)$", str(error))
        hint = f" {did_you_mean(missing[1], tables)}" if missing else ""
        raise UsageError(f"The query is refused: {error}.{hint}") from error
    return list(answer.columns), answer.rows


def parameters(rule: Rule, override: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a rule's parameters.

    Raises:
        UsageError: an overridden parameter does not exist or has another type.
    """
    values = dict(rule.params)
    for name, value in override.items():
        if name not in values:
            hint = did_you_mean(name, values) if values else "It has none."
            raise UsageError(f"The rule {rule.id} has no parameter {name!r}. {hint}")
        default = values[name]
        numbers = (int, float)
        both = isinstance(default, numbers) and isinstance(value, numbers)
        if isinstance(value, bool) is not isinstance(default, bool) or not (
            both or isinstance(value, type(default))
        ):
            kind = type(default).__name__
            raise UsageError(f"The parameter {name!r} of the rule {rule.id} must be a {kind}.")
        values[name] = value
    return values
