"""From linked facts to the result: once for the repository, and once for each of its projects."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from mlops_audit.assessment.assess import Terms, assess
from mlops_audit.assessment.findings import ReadLines
from mlops_audit.assessment.model import Audit, ProjectSummary
from mlops_audit.config.resolve import Choice
from mlops_audit.facts.store import FactStore
from mlops_audit.options import AuditOptions
from mlops_audit.rules.model import Verdict

#: Called with the name of a finished stage and the seconds that it took.
Timing = Callable[[str, float], None]


class Clock:
    """Seconds by stage."""

    def __init__(self, timing: Timing | None) -> None:
        """Start; ``timing`` is told what each stage took."""
        self.seconds: dict[str, float] = {}
        self._timing = timing

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure the body."""
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 3)
        if self._timing is not None:
            self._timing(name, self.seconds[name])


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """From linked facts to the result."""

    choice: Choice
    terms: Terms
    titles: dict[str, str]
    tool: dict[str, str]
    now: datetime
    #: Whether the day is given, so that equal inputs must give equal bytes.
    fixed: bool

    def verdicts(self, store: FactStore, clock: Clock) -> list[Verdict]:
        """Judge the facts by each rule."""
        from mlops_audit.rules.engine import judge

        with clock.stage("judge"):
            return judge(
                store,
                self.choice.rules,
                views=self.choice.book.views,
                params_override=self.choice.params,
                attestations=self.choice.attestations,
                today=self.now.date(),
            )

    def assess(
        self,
        store: FactStore,
        verdicts: Sequence[Verdict],
        clock: Clock,
        *,
        read_lines: ReadLines | None = None,
        projects: tuple[ProjectSummary, ...] = (),
    ) -> Audit:
        """Build the result that reports render."""
        choice = self.choice
        files = store.connection.execute("SELECT count(*) FROM file").fetchone()[0]
        return assess(
            store.connection,
            verdicts,
            choice.lifecycle,
            tool=self.tool,
            generated_at=self.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            terms=self.terms,
            projects=projects,
            technologies=self.titles,
            read_lines=read_lines,
            stats={
                "rules": len(choice.rules),
                "files": files,
                "seconds": {} if self.fixed else dict(clock.seconds),
            },
        )


def sum_up(
    store: FactStore, options: AuditOptions, judging: Judging, clock: Clock
) -> tuple[tuple[ProjectSummary, ...], FactStore]:
    """Judge each project of a monorepo; return the summaries and the facts to report on."""
    from mlops_audit.monorepo import Projects

    projects = Projects(store)
    if options.project is not None:
        return (), projects.facts(projects.find(options.project))
    if len(projects.all) < 2 or not options.summaries:
        return (), store
    found = []
    with clock.stage("projects"):
        for project in projects.all:
            with projects.facts(project) as part:
                quiet = Clock(None)
                result = judging.assess(part, judging.verdicts(part, quiet), quiet)
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
