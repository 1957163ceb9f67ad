"""The one library call: `audit(path)` reads a repository and returns its `Audit`."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from mlops_audit import __version__
from mlops_audit.assessment.assess import Terms
from mlops_audit.assessment.lifecycle import load_lifecycle
from mlops_audit.assessment.model import Audit
from mlops_audit.assessment.snapshot import Snapshot, snapshot_of
from mlops_audit.config import Configuration, config_file, repository_config, with_environment
from mlops_audit.config.packs import extras
from mlops_audit.config.resolve import Choice, choose
from mlops_audit.derived import Derived
from mlops_audit.earlier import Earlier
from mlops_audit.errors import UsageError
from mlops_audit.facts.store import FactStore
from mlops_audit.judging import Clock, Judging, Timing, sum_up
from mlops_audit.options import AuditOptions
from mlops_audit.repository.model import Repository
from mlops_audit.repository.revisions import base_of
from mlops_audit.terms import accepted_findings, baseline_file, gate_options, terms_of

__all__ = ["AuditOptions", "Progress", "Timing", "audit"]

#: Called with the name of the stage, files done and files in all.
Progress = Callable[[str, int, int], None]


def audit(
    path: Path,
    options: AuditOptions | None = None,
    *,
    progress: Progress | None = None,
    timing: Timing | None = None,
) -> Audit:
    """Audit the repository at `path` without executing any of it.

    Raises:
        UsageError: the path, an option, a rule or a configuration file is wrong.
        AuditError: the audit could not be completed.
    """
    return _audit(path, options or AuditOptions(), None, progress=progress, timing=timing)


def _audit(
    path: Path,
    options: AuditOptions,
    given: Configuration | None,
    *,
    progress: Progress | None = None,
    timing: Timing | None = None,
) -> Audit:
    """Audit; ``given`` is a configuration that takes the place of the repository's own."""
    from mlops_audit.readers.lines import Lines

    clock = Clock(timing)
    now, fixed = _now()
    derived = Derived.default(never_below=path) if options.cache else Derived(None)
    with clock.stage("open"):
        repository, configuration = _open(path, options, given)
        if options.alone:
            options = replace(options, base=None, baseline=None)
            configuration = replace(configuration, base=None, baseline=None)
        wanted = options.base or configuration.base
        base = None if wanted is None else base_of(path, wanted, options.rev)
        accepted = accepted_findings(path, options, configuration, repository.read)
        if (file := _inside(path, baseline_file(path, options, configuration))) is not None:
            repository = repository.without({file})
    earlier: Earlier | None = None
    try:
        with extras(configuration, repository) as extra:
            with clock.stage("rules"):
                choice = _choice(options, configuration, extra.rules, derived)
            with clock.stage("read"):
                store = _collect(path, repository, options, configuration, progress)
            if base is not None and not (base.same and repository.info.dirty is False):
                complete = replace(
                    options,
                    rules=(*extra.rules, *options.rules),
                    technologies=(*extra.technologies, *options.technologies),
                )
                earlier = Earlier(
                    path,
                    base,
                    complete,
                    configuration,
                    # What a server holds may be another answer tomorrow.
                    derived=Derived(None) if options.tracking else derived,
                    ruleset=choice.book.digest,
                    day=now.date().isoformat(),
                    take=_snapshot,
                )
            with clock.stage("link"):
                titles = _link(store, options, configuration, extra.technologies, derived)
            if options.facts is not None:
                store.save(options.facts)
            tool = {"name": "mlops-audit", "version": __version__, "ruleset": choice.book.digest}
            terms = terms_of(choice, configuration, accepted=accepted, today=now.date())
            judging = Judging(
                choice=choice, terms=terms, titles=titles, tool=tool, now=now, fixed=fixed
            )
            projects, store = sum_up(store, options, judging, clock)
            verdicts = judging.verdicts(store, clock)

            def result(terms: Terms) -> Audit:
                final = replace(judging, terms=terms)
                return final.assess(
                    store, verdicts, clock, read_lines=Lines(repository.read), projects=projects
                )

            if base is None:
                return result(terms)
            if earlier is None:  # the audited commit is the base itself
                return result(replace(terms, before=snapshot_of(result(terms), base.label)))
            with clock.stage("base"):
                before = earlier.result()
            return result(replace(terms, before=before))
    finally:
        if earlier is not None:
            earlier.stop()


def _snapshot(path: Path, options: AuditOptions, configuration: Configuration) -> Snapshot:
    """Audit a commit for what a later one is compared with."""
    return snapshot_of(_audit(path, options, configuration), str(options.rev))


def _inside(path: Path, file: Path | None) -> str | None:
    """Return the path of a file in the audited folder, None if it lies elsewhere."""
    if file is None:
        return None
    place, root = file.resolve(), path.resolve()
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else None


def _now() -> tuple[datetime, bool]:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.now(UTC), False
    try:
        return datetime.fromtimestamp(int(epoch), UTC), True
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH is {epoch!r}; it holds Unix seconds.") from None


def _open(
    path: Path, options: AuditOptions, given: Configuration | None
) -> tuple[Repository, Configuration]:
    from mlops_audit.repository import open_repository
    from mlops_audit.repository.describe import DEFAULT_MAX_FILE_BYTES

    named = None if options.config is None else config_file(options.config)
    repository = open_repository(path, rev=options.rev, exclude=options.exclude)
    configuration = given or with_environment(
        named or repository_config(repository.read), options.environment
    )
    if configuration.max_file_bytes is not None or configuration.exclude:
        repository = open_repository(
            path,
            rev=options.rev,
            max_file_bytes=configuration.max_file_bytes or DEFAULT_MAX_FILE_BYTES,
            exclude=(*options.exclude, *configuration.exclude),
        )
    return repository, configuration


def _choice(
    options: AuditOptions,
    configuration: Configuration,
    packs: tuple[Path, ...],
    derived: Derived,
) -> Choice:
    from mlops_audit.resources import rulebook
    from mlops_audit.rules.loader import load_rulebook

    lifecycle = load_lifecycle(rulebook() / "lifecycle.yaml", derived)
    book = load_rulebook(
        rulebook(),
        extra=(*packs, *options.rules),
        practices=lifecycle.by_id.keys(),
        derived=derived,
    )
    return choose(
        book,
        lifecycle,
        configuration,
        select=options.select,
        ignore=options.ignore,
        gate=gate_options(options, configuration),
    )


def _collect(
    path: Path,
    repository: Repository,
    options: AuditOptions,
    configuration: Configuration,
    progress: Progress | None,
) -> FactStore:
    from mlops_audit.facts.cache import FactCache
    from mlops_audit.facts.collect import collect

    cache = FactCache.open_default(never_below=path) if options.cache else None
    jobs = options.jobs or configuration.jobs
    store = collect(repository, jobs=jobs, cache=cache, progress=progress)
    if options.tracking:
        from mlops_audit.facts.collect import available_processors
        from mlops_audit.tracking.read import add_tracking_stores

        add_tracking_stores(store, options.tracking, jobs=jobs or available_processors())
    return store


def _link(
    store: FactStore,
    options: AuditOptions,
    configuration: Configuration,
    technologies: tuple[Path, ...],
    derived: Derived,
) -> dict[str, str]:
    """Link the facts; return the titles of the technologies by id."""
    from mlops_audit.linking import Overrides, link

    overrides = Overrides(
        zones=configuration.zones,
        kind=configuration.kind,
        technologies=(*technologies, *options.technologies),
    )
    catalogue = link(store, overrides=overrides, derived=derived)
    return {technology.id: technology.title for technology in catalogue.technologies.values()}
