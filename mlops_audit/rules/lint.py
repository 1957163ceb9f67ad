"""What a rule must satisfy beyond its keys: SQL that compiles, columns that exist."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import NamedTuple, NoReturn, Self

from mlops_audit.errors import RulebookError
from mlops_audit.facts.store import COLUMNS, FactStore
from mlops_audit.rules.check import did_you_mean
from mlops_audit.rules.guard import Answer, QueryError, run
from mlops_audit.rules.model import Example, Expect, Rule, Status
from mlops_audit.rules.strict_yaml import Mapping, refusal
from mlops_audit.rules.views import View, install_views

#: A place in a message that is replaced by the value of a column.
FIELD = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z][a-z0-9_]*)")
_TEXT_OR_COMMENT = re.compile(r"'[^']*'|--[^\n]*|/\*.*?\*/", re.DOTALL)


class _Case(NamedTuple):
    """A rule and the document it was read from."""

    rule: Rule
    document: Mapping

    def refuse(self, key: str, problem: str, fix: str = "") -> NoReturn:
        line = self.document.lines.get(key, self.document.line)
        raise refusal(self.rule.origin, problem, line=line, fix=fix)

    @property
    def queries(self) -> dict[str, str]:
        rule = self.rule
        texts = {
            "sql": rule.sql,
            "applies_when": rule.applies_when,
            "unknown_when": rule.unknown_when,
        }
        return {key: sql for key, sql in texts.items() if sql is not None}


class Linter:
    """Checks rules against an empty store."""

    def __init__(
        self, views: Sequence[View] = (), practices: Collection[str] | None = None
    ) -> None:
        """Prepare an empty store with the views; ``practices`` are the known ids."""
        self._store = FactStore()
        self._practices = practices
        self._seen: dict[tuple[str, ...], Rule] = {}
        try:
            self._tables = install_views(self._store.connection, views)
        except RulebookError:
            self._store.close()
            raise

    def __enter__(self) -> Self:
        """Return the linter itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the empty store."""
        self._store.close()

    def check(self, rule: Rule, document: Mapping) -> Rule:
        """Return the rule with the table columns that it needs.

        Raises:
            RulebookError: the rule is wrong.
        """
        case = _Case(rule, document)
        if self._practices is not None and rule.practice not in self._practices:
            hint = did_you_mean(rule.practice, self._practices)
            case.refuse("practice", f"the practice {rule.practice!r} is unknown", hint)
        _check_shape(case)
        answers = {key: self._answer(case, key, sql) for key, sql in case.queries.items()}
        _check_columns(case, answers)
        _check_parameters(case)
        self._check_twin(case)
        reads = {read for answer in answers.values() for read in answer.reads}
        return replace(rule, needs=frozenset(read for read in reads if read[0] in COLUMNS))

    def _answer(self, case: _Case, key: str, sql: str) -> Answer:
        try:
            answer = run(self._store.connection, sql, case.rule.params, tables=self._tables)
        except QueryError as error:
            unknown = re.match(r"no such table: (?:\w+\.)?(\w+)$", str(error))
            hint = did_you_mean(unknown[1], self._tables) if unknown else ""
            case.refuse(key, f"the query is refused: {error}.", hint)
        if len(set(answer.columns)) < len(answer.columns):
            case.refuse(key, "the query gives two columns of one name.", "Rename one with AS.")
        return answer

    def _check_twin(self, case: _Case) -> None:
        rule = case.rule
        if not case.queries:
            return
        words = [" ".join(sql.lower().split()) for sql in case.queries.values()]
        key = (rule.expect, str(sorted(rule.params.items())), *words)
        twin = self._seen.setdefault(key, rule)
        if twin is not rule:
            case.refuse("sql", f"the rule {twin.id} asks exactly the same.", "Keep one of them.")


def _check_shape(case: _Case) -> None:
    rule, document = case
    if "at_least" in document and rule.expect is not Expect.EVERY:
        case.refuse("at_least", "`at_least` belongs to `expect: every`.", "Remove it.")
    if rule.expect is Expect.ATTEST:
        if rule.sql is not None:
            case.refuse("sql", "`expect: attest` has no query.", "Remove `sql`.")
        return
    if rule.sql is None:
        case.refuse("expect", f"`expect: {rule.expect}` needs `sql`.", "Add the query.")
    if rule.expect is not Expect.EVERY and "applies_when" not in document:
        fix = "Add a query, or `applies_when: always`."
        case.refuse("expect", f"`expect: {rule.expect}` needs `applies_when`.", fix)


def _check_columns(case: _Case, answers: dict[str, Answer]) -> None:
    rule = case.rule
    rows = set(answers["sql"].columns) if "sql" in answers else set()
    if rule.expect is Expect.EVERY and "ok" not in rows:
        case.refuse("sql", "`expect: every` needs the column `ok`.", "Select 1, 0 or NULL AS ok.")
    applies = set(answers["applies_when"].columns) if "applies_when" in answers else set()
    # Which query gives the row that a message speaks of.
    rows_of = {"not_applicable": set[str](), "unknown": set[str](), "pass": rows, "fail": rows}
    if rule.expect is Expect.SOME:
        rows_of["fail"] = applies
    elif rule.expect is Expect.NONE:
        rows_of["pass"] = applies
    for name, text in rule.messages.items():
        known = rows_of[name] | set(rule.params)
        for column in FIELD.findall(text):
            if column not in known:
                hint = did_you_mean(column, known) if known else "No row is at hand there."
                problem = f"the message `{name}` uses {{{column}}}, which is not selected."
                case.refuse("messages", problem, hint)


def _check_parameters(case: _Case) -> None:
    code = " ".join(_TEXT_OR_COMMENT.sub(" ", sql) for sql in case.queries.values())
    used = set(_PARAMETER.findall(code))
    for name in case.rule.params:
        if name not in used:
            case.refuse("params", f"no query uses the parameter :{name}.", "Remove it.")


def lint_examples(rule: Rule, examples: Sequence[Example]) -> list[str]:
    """Return what is missing among the examples of a rule."""
    shown = {example.expect for example in examples if example.todo is None}
    needed = {Status.PASS, Status.FAIL}
    if rule.expect is Expect.ATTEST:
        needed = {Status.MANUAL}
    elif rule.expect is Expect.EVERY or rule.applies_when is not None:
        needed.add(Status.NOT_APPLICABLE)
    problems = [f"no example with `expect: {status}`" for status in sorted(needed - shown)]
    problems += [
        f"the example {example.name!r} fails but names no place (`findings`)"
        for example in examples
        if example.expect is Status.FAIL and not example.findings
    ]
    return problems
