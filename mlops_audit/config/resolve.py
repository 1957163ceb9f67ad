"""Which rules judge, with which parameters and statements: names checked against the rulebook."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from mlops_audit.assessment.gate import GateOptions
from mlops_audit.assessment.lifecycle import Lifecycle
from mlops_audit.config.model import Configuration, Statement
from mlops_audit.errors import ConfigError, UsageError
from mlops_audit.rules.engine import parameters
from mlops_audit.rules.judging import Attestation
from mlops_audit.rules.loader import Rulebook
from mlops_audit.rules.model import Expect, Rule
from mlops_audit.text import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to judge by."""

    book: Rulebook
    lifecycle: Lifecycle
    rules: tuple[Rule, ...]
    params: Mapping[str, Mapping[str, Any]]
    attestations: Mapping[str, Attestation]
    gate: GateOptions


def choose(
    book: Rulebook,
    lifecycle: Lifecycle,
    configuration: Configuration,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    gate: GateOptions,
) -> Choice:
    """Return what to judge by; ``select`` and ``ignore`` replace those of the configuration.

    Raises:
        UsageError: a name is unknown; a ConfigError if the configuration has it.
    """
    known = {rule.id for rule in book.rules} | set(lifecycle.by_id)
    known |= {phase for phase, _ in lifecycle.phases}
    for option, names in (("select", select), ("ignore", ignore)):
        for name in names:
            if name not in known:
                raise UsageError(f"--{option}: {_unknown(name, known)}")
    for option, names in (("select", configuration.select), ("ignore", configuration.ignore)):
        for index, name in enumerate(names):
            if name not in known:
                raise configuration.error(f"{option}[{index}]", _unknown(name, known))
    _required(gate, configuration, lifecycle)
    _answered_rules(configuration, known)
    kept = set(select or configuration.select)
    dropped = set(ignore or configuration.ignore)
    return Choice(
        book=book,
        lifecycle=lifecycle,
        rules=tuple(
            rule
            for rule in book.rules
            if (not kept or not kept.isdisjoint(_names(rule))) and dropped.isdisjoint(_names(rule))
        ),
        params=_params(book, configuration),
        attestations=_attestations(book, lifecycle, configuration),
        gate=gate,
    )


def _required(gate: GateOptions, configuration: Configuration, lifecycle: Lifecycle) -> None:
    for index, name in enumerate(gate.require):
        if name not in lifecycle.by_id:
            problem = _unknown(name, lifecycle.by_id, "practice")
            if gate.require is configuration.require:
                raise configuration.error(f"require[{index}]", problem)
            raise UsageError(f"--require: {problem}")


def _answered_rules(configuration: Configuration, known: Iterable[str]) -> None:
    """Refuse waivers and overrides of what does not exist: they would seem to help."""
    listed = set(known)
    for waiver in configuration.waivers:
        for name in waiver.rules:
            if name not in listed:
                problem = _unknown(name, listed)
                raise ConfigError(configuration.origin, problem, line=waiver.line)
    for override in configuration.overrides:
        for name in override.severity:
            if name not in listed:
                problem = _unknown(name, listed)
                raise ConfigError(configuration.origin, problem, line=override.line)


def _names(rule: Rule) -> tuple[str, str, str]:
    return rule.id, rule.practice, rule.phase


def _unknown(name: str, known: Iterable[str], what: str = "rule, practice or phase") -> str:
    near = get_close_matches(name, sorted(known), n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "`mlops-audit rules` lists them."
    return f"no {what} is called {shown(name)!r}. {hint}"


def _params(book: Rulebook, configuration: Configuration) -> dict[str, Mapping[str, Any]]:
    by_id = {rule.id: rule for rule in book.rules}
    for name, values in configuration.params.items():
        if name not in by_id:
            raise configuration.error(f"params.{name}", _unknown(name, by_id, "rule"))
        for key, value in values.items():
            try:
                parameters(by_id[name], {key: value})
            except UsageError as error:
                raise configuration.error(f"params.{name}.{key}", str(error)) from None
    return dict(configuration.params)


def _attestations(
    book: Rulebook, lifecycle: Lifecycle, configuration: Configuration
) -> dict[str, Attestation]:
    found: dict[str, Attestation] = {}
    for index, statement in enumerate(configuration.attestations):
        for rule in _answered(book, lifecycle, configuration, statement, index):
            if rule.id in found:
                problem = f"the rule {rule.id} is attested twice."
                raise configuration.error(f"attestations[{index}]", problem)
            found[rule.id] = statement.attestation
    return found


def _answered(
    book: Rulebook,
    lifecycle: Lifecycle,
    configuration: Configuration,
    statement: Statement,
    index: int,
) -> list[Rule]:
    spot = f"attestations[{index}]"
    asking = [rule for rule in book.rules if rule.expect is Expect.ATTEST]
    if statement.rule is not None:
        by_id = {rule.id: rule for rule in book.rules}
        if statement.rule not in by_id:
            raise configuration.error(spot, _unknown(statement.rule, by_id, "rule"))
        if by_id[statement.rule] not in asking:
            problem = f"the rule {statement.rule} is decided by the files, not by a statement."
            raise configuration.error(spot, problem)
        return [by_id[statement.rule]]
    practice = statement.practice or ""
    if practice not in lifecycle.by_id:
        raise configuration.error(spot, _unknown(practice, lifecycle.by_id, "practice"))
    answered = [rule for rule in asking if rule.practice == practice]
    if not answered:
        problem = f"no rule of the practice {practice} asks people for a statement."
        raise configuration.error(spot, problem)
    return answered
