"""The one library call: `audit(path)` reads a repository and returns its `Audit`."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from mlops_audit import __version__
from mlops_audit.assessment.assess import GateOptions, assess
from mlops_audit.assessment.lifecycle import load_lifecycle
from mlops_audit.assessment.model import Audit

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """How to audit; the defaults are those of the command line."""

    rev: str | None = None
    rules: tuple[Path, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    jobs: int | None = None
    cache: bool = True
    facts: Path | None = None
    gate: GateOptions = field(default_factory=GateOptions)


def audit(
    path: Path, options: AuditOptions | None = None, *, progress: Progress | None = None
) -> Audit:
    """Audit the repository at `path` without executing any of it.

    Raises:
        UsageError: the path, an option, a rule or a configuration file is wrong.
        AuditError: the audit could not be completed.
    """
    from mlops_audit.facts.cache import FactCache
    from mlops_audit.facts.collect import collect
    from mlops_audit.linking import link
    from mlops_audit.repository import open_repository
    from mlops_audit.resources import rulebook
    from mlops_audit.rules.engine import judge
    from mlops_audit.rules.loader import load_rulebook

    options = options or AuditOptions()
    started = time.perf_counter()
    repository = open_repository(path, rev=options.rev)
    book = load_rulebook(rulebook(), extra=options.rules)
    lifecycle = load_lifecycle(rulebook() / "lifecycle.yaml")
    cache = FactCache.open_default() if options.cache else None
    store = collect(repository, jobs=options.jobs, cache=cache, progress=progress)
    collected = time.perf_counter()
    link(store)
    linked = time.perf_counter()
    rules = [
        rule
        for rule in book.rules
        if (not options.select or rule.id in options.select or rule.practice in options.select)
        and rule.id not in options.ignore
        and rule.practice not in options.ignore
    ]
    verdicts = judge(store, rules, views=book.views)
    judged = time.perf_counter()
    if options.facts is not None:
        store.save(options.facts)

    def read_lines(name: str) -> list[str] | None:
        content = repository.read(name)
        return None if content is None else content.decode("utf-8", "replace").splitlines()

    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    seconds = {
        "read": round(collected - started, 3),
        "link": round(linked - collected, 3),
        "judge": round(judged - linked, 3),
    }
    return assess(
        store.connection,
        verdicts,
        lifecycle,
        tool={"name": "mlops-audit", "version": __version__, "ruleset": book.digest},
        generated_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        gate=options.gate,
        read_lines=read_lines,
        stats={
            "rules": len(rules),
            "files": len(repository.files),
            # Timings would make equal inputs give different bytes.
            "seconds": {} if epoch else seconds,
        },
    )
