"""The verdict of one rule: what its rows mean under its quantifier."""

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlops_audit.facts.store import FactStore
from mlops_audit.rules.feeds import Unread
from mlops_audit.rules.guard import run
from mlops_audit.rules.model import Expect, Place, Rule, Status, Verdict
from mlops_audit.rules.places import fill, in_order, nowhere, order_of, place_of, rows_of

_NOTHING_HERE = "There is nothing here that this rule could judge."
_CANNOT_TELL = "It could not be told from what was read."


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A dated, owned statement about something that no file can prove."""

    owner: str
    date: datetime.date
    statement: str
    evidence: str | None = None  # path or link
    expires: datetime.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """One rule and everything that judging it needs."""

    store: FactStore
    rule: Rule
    params: Mapping[str, Any]
    tables: Collection[str]
    zones: Mapping[str, str]
    unread: Callable[[Rule], Unread]
    unread_limit: float
    seconds: float

    def verdict(self) -> Verdict:
        """Judge a rule that has a query.

        Raises:
            QueryError: one of its queries failed.
        """
        rule = self.rule
        about: dict[str, Any] = dict(self.params)
        if rule.applies_when is not None:
            row = self._first_true(rule.applies_when)
            if row is None:
                return self.give(Status.NOT_APPLICABLE, self._message("not_applicable"))
            about.update(row)
        rows = self._rows(rule.sql or "")
        default = 0 if rule.expect is Expect.NONE else 1
        places = [(place_of({"ok": default, **row}, rule), row) for row in rows]
        right = [(place, row) for place, row in places if place.ok]
        wrong = [(place, row) for place, row in places if place.ok is False]
        open_ = [(place, row) for place, row in places if place.ok is None]
        evidence = self._say(right, "pass")
        complaints = tuple(replace(place, strength=None) for place in self._say(wrong, "fail"))
        unknowns = self._say(open_, "unknown" if "unknown" in rule.messages else "fail")
        if rule.expect is Expect.EVERY:
            return self._every(evidence, complaints, unknowns)
        if rule.expect is Expect.SOME:
            return self._some(evidence, unknowns, about)
        return self._none(complaints, unknowns, about)

    def attest(self, statement: Attestation | None, today: datetime.date | None) -> Verdict:
        """Judge a rule that only people can answer; their word is documentation, never more."""
        if statement is None:
            return self.give(Status.MANUAL, "Only people can tell; nobody has attested it.")
        if statement.expires is not None and today is not None and statement.expires < today:
            ended = f"The statement of {statement.owner} expired on {statement.expires}."
            return self.give(Status.MANUAL, ended)
        message = f"{statement.owner} attested on {statement.date}: {statement.statement}"
        place = nowhere(message, ok=True, strength="documented")
        if statement.evidence and statement.evidence in self.zones:
            place = replace(place, path=statement.evidence)
        return self.give(Status.PASS, message, evidence=(place,), judged=1, total=1)

    def give(self, status: Status, reason: str, **places: Any) -> Verdict:
        """Return a verdict; what is not named is empty."""
        filled: dict[str, Any] = {
            "judged": 0,
            "total": 0,
            "complaints": (),
            "evidence": (),
            "unknowns": (),
            "elapsed_ms": 0.0,
        }
        return Verdict(rule=self.rule, status=status, reason=reason, **{**filled, **places})

    def _every(
        self,
        evidence: tuple[Place, ...],
        complaints: tuple[Place, ...],
        unknowns: tuple[Place, ...],
    ) -> Verdict:
        passed, failed = len(evidence), len(complaints)
        total = passed + failed + len(unknowns)
        if total == 0:
            return self.give(Status.NOT_APPLICABLE, self._message("not_applicable"))
        counts = {"judged": passed + failed, "total": total, "evidence": evidence}
        needed = self.rule.at_least * total - 1e-9
        if passed >= needed:
            reason = _counted(evidence[0].message, passed, total)
            return self.give(Status.PASS, reason, unknowns=unknowns, **counts)
        if passed + len(unknowns) >= needed:
            reason = _counted(unknowns[0].message, len(unknowns), total)
            return self.give(Status.UNKNOWN, reason, unknowns=unknowns, **counts)
        if self._blind():
            open_ = in_order((*unknowns, *complaints))
            return self.give(Status.UNKNOWN, self._message("unknown"), unknowns=open_, **counts)
        reason = _counted(complaints[0].message, failed, total)
        return self.give(Status.FAIL, reason, complaints=complaints, unknowns=unknowns, **counts)

    def _some(
        self, evidence: tuple[Place, ...], unknowns: tuple[Place, ...], about: Mapping[str, Any]
    ) -> Verdict:
        total = len(evidence) + len(unknowns)
        counts = {"judged": len(evidence), "total": total, "unknowns": unknowns}
        if evidence:
            reason = _counted(evidence[0].message, len(evidence), len(evidence))
            return self.give(Status.PASS, reason, evidence=evidence, **counts)
        if unknowns or self._blind():
            return self.give(Status.UNKNOWN, self._message("unknown"), **counts)
        if (missed := self._missed()) is not None:
            return self.give(Status.UNKNOWN, missed, **counts)
        message = fill(self.rule.messages["fail"], about)
        place = replace(place_of({**about, "ok": 0}, self.rule), message=message, strength=None)
        return self.give(Status.FAIL, message, complaints=(place,), **counts)

    def _none(
        self, complaints: tuple[Place, ...], unknowns: tuple[Place, ...], about: Mapping[str, Any]
    ) -> Verdict:
        total = len(complaints) + len(unknowns)
        counts = {"judged": len(complaints), "total": total}
        if complaints and not self._blind():
            reason = _counted(complaints[0].message, len(complaints), len(complaints))
            return self.give(
                Status.FAIL, reason, complaints=complaints, unknowns=unknowns, **counts
            )
        if complaints or unknowns:
            open_ = in_order((*unknowns, *complaints))
            return self.give(Status.UNKNOWN, self._message("unknown"), unknowns=open_, **counts)
        if (missed := self._missed()) is not None:
            return self.give(Status.UNKNOWN, missed, **counts)
        message = fill(self.rule.messages["pass"], about)
        clean = nowhere(message, ok=True, strength=self.rule.proves)
        return self.give(Status.PASS, message, evidence=(clean,), **counts)

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        answer = run(
            self.store.connection, sql, self.params, tables=self.tables, seconds=self.seconds
        )
        return rows_of(answer, self.rule, self.zones)

    def _first_true(self, sql: str) -> dict[str, Any] | None:
        """Return the first row, in order of place, whose first column is true."""
        true = [row for row in self._rows(sql) if next(iter(row.values()))]
        keyed = [(order_of(place_of({**row, "ok": 1}, self.rule)), row) for row in true]
        return min(keyed, key=lambda pair: pair[0])[1] if keyed else None

    def _blind(self) -> bool:
        when = self.rule.unknown_when
        return when is not None and self._first_true(when) is not None

    def _missed(self) -> str | None:
        """Say how much was not read, if that is too much to conclude from absence."""
        unread = self.unread(self.rule)
        if unread.share <= self.unread_limit:
            return None
        return f"{unread.lost} of the {unread.total} files that could show it could not be read."

    def _say(self, rows: Sequence[tuple[Place, dict[str, Any]]], name: str) -> tuple[Place, ...]:
        text = self.rule.messages[name]
        return in_order(
            replace(place, message=fill(text, {**self.params, **row})) for place, row in rows
        )

    def _message(self, name: str) -> str:
        defaults = {"not_applicable": _NOTHING_HERE, "unknown": _CANNOT_TELL}
        return fill(self.rule.messages.get(name, defaults[name]), self.params)


def _counted(message: str, count: int, total: int) -> str:
    """Add how many places the message stands for."""
    if total == 1:
        return message
    base = f"{count} of {total} places" if count < total else f"all {total} places"
    return f"{message.rstrip('.')} ({base})."
