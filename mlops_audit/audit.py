"""The one library call: `audit(path)` reads a repository and returns its `Audit`."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mlops_audit import __version__
from mlops_audit.assessment.assess import GateOptions, assess
from mlops_audit.assessment.findings import ReadLines, no_lines
from mlops_audit.assessment.lifecycle import load_lifecycle
from mlops_audit.assessment.model import Audit, ProjectSummary
from mlops_audit.config import Configuration, config_file, repository_config
from mlops_audit.config.packs import extras
from mlops_audit.config.resolve import Choice, choose
from mlops_audit.derived import Derived
from mlops_audit.errors import UsageError
from mlops_audit.facts.store import FactStore
from mlops_audit.repository.model import Repository
from mlops_audit.tracking.address import Address

#: Called with the name of the stage, files done and files in all.
Progress = Callable[[str, int, int], None]
#: Called with the name of a finished stage and the seconds that it took.
Timing = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """How to audit. What is None or empty here is taken from the configuration, if it says so.

    Rules and technologies add to those of the configuration, scores of phases replace one by one,
    everything else replaces what the configuration says.
    """

    rev: str | None = None
    #: Name or root of the one project of a monorepo to judge.
    project: str | None = None
    #: Configuration file to use instead of the repository's own.
    config: Path | None = None
    rules: tuple[Path, ...] = ()
    technologies: tuple[Path, ...] = ()
    #: Rules, practices or phases.
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    #: Files not to read, in the language of .gitignore.
    exclude: tuple[str, ...] = ()
    fail_on: str | None = None
    min_level: int | None = None
    min_score: int | None = None
    #: Pairs of phase and lowest score.
    phase_scores: tuple[tuple[str, int], ...] = ()
    #: Stores of runs outside of the repository, read beside what it holds.
    tracking: tuple[Address, ...] = ()
    jobs: int | None = None
    cache: bool = True
    facts: Path | None = None


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
    from mlops_audit.readers.lines import Lines

    options = options or AuditOptions()
    clock = _Clock(timing)
    now, fixed = _now()
    derived = Derived.default(never_below=path) if options.cache else Derived(None)
    with clock.stage("open"):
        repository, configuration = _open(path, options)
    with extras(configuration, repository) as extra:
        with clock.stage("rules"):
            choice = _choice(options, configuration, extra.rules, derived)
        with clock.stage("read"):
            store = _collect(path, repository, options, configuration, progress)
        with clock.stage("link"):
            titles = _link(store, options, configuration, extra.technologies, derived)
    if options.facts is not None:
        store.save(options.facts)
    tool = {"name": "mlops-audit", "version": __version__, "ruleset": choice.book.digest}
    judging = _Judging(
        choice=choice,
        titles=titles,
        tool=tool,
        now=now,
        fixed=fixed,
    )

    projects, store = _projects(store, options, judging, clock)
    return judging.audit(store, clock, read_lines=Lines(repository.read), projects=projects)


class _Clock:
    """Seconds by stage."""

    def __init__(self, timing: Timing | None) -> None:
        self.seconds: dict[str, float] = {}
        self._timing = timing

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 3)
        if self._timing is not None:
            self._timing(name, self.seconds[name])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judging:
    """From linked facts to the result."""

    choice: Choice
    titles: dict[str, str]
    tool: dict[str, str]
    now: datetime
    #: Whether the day is given, so that equal inputs must give equal bytes.
    fixed: bool

    def audit(
        self,
        store: FactStore,
        clock: _Clock,
        *,
        read_lines: ReadLines = no_lines,
        projects: tuple[ProjectSummary, ...] = (),
    ) -> Audit:
        from mlops_audit.rules.engine import judge

        choice = self.choice
        with clock.stage("judge"):
            verdicts = judge(
                store,
                choice.rules,
                views=choice.book.views,
                params_override=choice.params,
                attestations=choice.attestations,
                today=self.now.date(),
            )
        files = store.connection.execute("SELECT count(*) FROM file").fetchone()[0]
        return assess(
            store.connection,
            verdicts,
            choice.lifecycle,
            tool=self.tool,
            generated_at=self.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            gate=choice.gate,
            projects=projects,
            technologies=self.titles,
            read_lines=read_lines,
            stats={
                "rules": len(choice.rules),
                "files": files,
                "seconds": {} if self.fixed else dict(clock.seconds),
            },
        )


def _now() -> tuple[datetime, bool]:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.now(UTC), False
    try:
        return datetime.fromtimestamp(int(epoch), UTC), True
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH is {epoch!r}; it holds Unix seconds.") from None


def _open(path: Path, options: AuditOptions) -> tuple[Repository, Configuration]:
    from mlops_audit.repository import open_repository
    from mlops_audit.repository.describe import DEFAULT_MAX_FILE_BYTES

    named = None if options.config is None else config_file(options.config)
    repository = open_repository(path, rev=options.rev, exclude=options.exclude)
    configuration = named or repository_config(repository.read)
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

    def first(*values: int | None) -> int | None:
        return next((value for value in values if value is not None), None)

    gate = GateOptions(
        fail_on=options.fail_on or configuration.fail_on or "never",
        min_level=first(options.min_level, configuration.min_level),
        min_score=first(options.min_score, configuration.min_score),
        phase_scores={**configuration.phase_scores, **dict(options.phase_scores)},
    )
    return choose(
        book, lifecycle, configuration, select=options.select, ignore=options.ignore, gate=gate
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


def _projects(
    store: FactStore, options: AuditOptions, judging: _Judging, clock: _Clock
) -> tuple[tuple[ProjectSummary, ...], FactStore]:
    """Judge each project of a monorepo; return the summaries and the facts to report on."""
    from mlops_audit.monorepo import Projects

    projects = Projects(store)
    if options.project is not None:
        return (), projects.facts(projects.find(options.project))
    if len(projects.all) < 2:
        return (), store
    found = []
    with clock.stage("projects"):
        for project in projects.all:
            with projects.facts(project) as part:
                result = judging.audit(part, _Clock(None))
                (files,) = part.connection.execute(
                    "SELECT count(*) FROM file WHERE project = ?", (project.root,)
                ).fetchone()
            found.append(_summary(result, project.root, project.name, files, project.evidence))
    return tuple(found), store


def _summary(result: Audit, root: str, name: str, files: int, evidence: str) -> ProjectSummary:
    return ProjectSummary(
        root=root,
        name=name,
        kind=result.repository.kind,
        level=result.maturity.level,
        score=result.maturity.score,
        files=files,
        evidence=evidence,
        phases={phase.id: phase.level for phase in result.phases},
    )
