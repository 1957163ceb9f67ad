"""By what findings are answered and the gate decides: options before configuration."""

import datetime
from collections.abc import Callable
from pathlib import Path

from mlops_audit.assessment.assess import Terms
from mlops_audit.assessment.gate import GateOptions
from mlops_audit.assessment.snapshot import Snapshot, named, parse
from mlops_audit.assessment.suppress import Answers
from mlops_audit.config import Configuration, config_file, repository_config, with_environment
from mlops_audit.config.resolve import Choice
from mlops_audit.errors import UsageError
from mlops_audit.options import AuditOptions

_AGAIN = "mlops-audit baseline"


def gate_options(options: AuditOptions, configuration: Configuration) -> GateOptions:
    """Return the conditions of the gate."""

    def first(*values: int | None) -> int | None:
        return next((value for value in values if value is not None), None)

    regression = options.fail_on_regression
    if regression is None:
        regression = bool(configuration.fail_on_regression)
    return GateOptions(
        fail_on=options.fail_on or configuration.fail_on or "never",
        min_level=first(options.min_level, configuration.min_level),
        min_score=first(options.min_score, configuration.min_score),
        phase_scores={**configuration.phase_scores, **dict(options.phase_scores)},
        require=options.require or configuration.require,
        max_drop=first(options.max_drop, configuration.max_drop),
        keep_practices=regression,
    )


def check_comparable(options: AuditOptions, accepted: Snapshot | None, *, has_base: bool) -> None:
    """Refuse conditions of the command line that nothing is there to decide by.

    In a configuration they may stand for the runs that have a base.

    Raises:
        UsageError: there is neither a base nor a baseline that holds what is asked.
    """
    if has_base:
        return
    if options.max_drop is not None and (accepted is None or accepted.score is None):
        raise UsageError("--max-drop needs a score to compare with: --base REV or --baseline FILE.")
    if options.fail_on_regression and (accepted is None or not accepted.practices):
        raise UsageError(
            "--fail-on-regression needs practices to compare with: --base REV, or a JSON report as"
            " --baseline FILE."
        )


def terms_of(
    choice: Choice,
    configuration: Configuration,
    *,
    accepted: Snapshot | None,
    today: datetime.date,
) -> Terms:
    """Return the terms without the audit of the base, which comes later."""
    known = {rule.id for rule in choice.book.rules} | set(choice.lifecycle.by_id)
    return Terms(
        gate=choice.gate,
        answers=Answers(
            waivers=configuration.waivers,
            overrides=configuration.overrides,
            known=frozenset(known),
            today=today,
        ),
        accepted=accepted,
    )


def declared(path: Path, options: AuditOptions) -> Configuration:
    """Return the configuration of a folder on disk, without looking at anything else in it.

    Raises:
        UsageError: it is wrong.
    """

    def read(name: str) -> bytes | None:
        file = path / name
        if file.is_symlink() or not file.is_file():
            return None
        try:
            return file.read_bytes()
        except OSError:
            return None

    found = repository_config(read) if options.config is None else config_file(options.config)
    return with_environment(found, options.environment)


def baseline_file(path: Path, options: AuditOptions, configuration: Configuration) -> Path | None:
    """Return where the baseline lies on disk, None if there is none or it lies in a revision."""
    if options.baseline is not None:
        return options.baseline
    if configuration.baseline is None:
        return None
    if "baseline" in configuration.variables:
        return Path(configuration.baseline)
    if configuration.folder is not None:
        return configuration.folder / configuration.baseline
    return None if options.rev is not None else path / configuration.baseline


def accepted_findings(
    path: Path,
    options: AuditOptions,
    configuration: Configuration,
    read: Callable[[str], bytes | None],
) -> Snapshot | None:
    """Return the baseline, None if none is named.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    wanted = options.baseline is not None or configuration.baseline is not None
    if not wanted:
        return None
    inside = configuration.baseline or ""
    by_name = options.baseline is None and "baseline" not in configuration.variables
    if by_name and configuration.folder is None:
        # A file that the repository names is read through the repository, links and all.
        content = read(inside)
        if content is None:
            raise configuration.error(
                "baseline",
                f"`baseline` names {named(inside)}, which is not in the repository.",
                f"Make it with `{_AGAIN}`, or remove the key.",
            )
        return parse(content, named(inside), again=_AGAIN)
    file = baseline_file(path, options, configuration)
    assert file is not None
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{named(file)} does not exist; make it with `{_AGAIN}`.") from None
    except OSError as error:
        raise UsageError(f"{named(file)} cannot be read: {error.strerror or error}.") from error
    return parse(content, named(file), again=_AGAIN)
