"""The audit of the commit that a change is compared with.

It is judged by the rules and the configuration of today, so that only the files differ. A commit
never changes, so what its audit said is kept; until then a process of its own finds it out while
the change itself is judged.
"""

import hashlib
import multiprocessing
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from mlops_audit import __version__
from mlops_audit.assessment.snapshot import Snapshot, parse, plain
from mlops_audit.config import Configuration
from mlops_audit.derived import Derived
from mlops_audit.errors import AuditError, NothingToAuditError
from mlops_audit.options import AuditOptions
from mlops_audit.repository.revisions import Base

#: Audits one commit: path, options, configuration -> snapshot.
Take = Callable[[Path, AuditOptions, Configuration], Snapshot]


class Earlier:
    """An audit of the base that is under way, or known already."""

    def __init__(
        self,
        path: Path,
        base: Base,
        options: AuditOptions,
        configuration: Configuration,
        *,
        derived: Derived,
        ruleset: str,
        day: str,
        take: Take,
    ) -> None:
        """Look the base up; if it is unknown, start a process that audits it.

        Args:
            path: the audited folder.
            base: the commit.
            options: how to audit; its rules and technologies are complete.
            configuration: the configuration of the change.
            derived: where answers are kept.
            ruleset: digest of the rules.
            day: the day by which statements expire.
            take: audits the commit.
        """
        self._base = base
        self._derived = derived
        self._ruleset = ruleset
        self._day = day
        # What is named in the configuration has been added to the options.
        self._work = (path, _only_what_finds(options, base.commit), _plain(configuration))
        self._take = take
        self._known = self._look_up(None)
        self._process: Any = None
        self._answer: Connection | None = None
        if self._known is None:
            self._start()

    def result(self) -> Snapshot:
        """Return what the audit of the base says.

        Raises:
            AuditError: it could not be completed.
        """
        if self._known is None:
            self._known = self._look_up(self._finished())
        text = str(self._known).encode("utf-8", "surrogatepass")
        return parse(text, self._base.label, again="mlops-audit --no-cache")

    def _look_up(self, made: str | None) -> str | None:
        def make() -> str:
            if made is None:
                raise _UnknownError
            return made

        path, options, configuration = self._work
        # Where packs lie says nothing; what is in them does, and the digest covers the rules.
        asked = replace(options, rules=(), technologies=(), jobs=None)
        added = _digest(options.technologies)
        key = repr((__version__, self._ruleset, self._day, added, asked, configuration))
        try:
            name = hashlib.sha256(str(path.absolute()).encode("utf-8", "surrogateescape"))
            kept = self._derived.get(
                f"base-{name.hexdigest()[:16]}", hashlib.sha256(key.encode()).hexdigest(), make
            )
        except _UnknownError:
            return None
        return str(kept)

    def _start(self) -> None:
        forks = sys.platform == "linux" and threading.active_count() == 1
        if not forks:
            return
        context = multiprocessing.get_context("fork")
        self._answer, end = context.Pipe(duplex=False)
        self._process = context.Process(target=_run, args=(end, self._take, *self._work))
        self._process.start()
        end.close()

    def _finished(self) -> str:
        if self._answer is None:
            return _text(self._take, *self._work)
        try:
            kind, text = self._answer.recv()
        except EOFError:
            raise AuditError(
                f"the audit of {self._base.label} ended without a word;"
                f" `mlops-audit --rev {self._base.commit[:12]}` shows where."
            ) from None
        finally:
            self._process.join()
        if kind == "error":
            raise AuditError(f"{self._base.label} cannot be audited: {text}")
        return str(text)

    def stop(self) -> None:
        """End the process, if it is still at work."""
        if self._process is not None and self._process.is_alive():
            self._process.kill()
            self._process.join()


class _UnknownError(Exception):
    """The answer is not known yet."""


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*.y*ml")) if path.is_dir() else [path]
        for file in files:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _only_what_finds(options: AuditOptions, commit: str) -> AuditOptions:
    """Leave out what decides about findings and not which there are."""
    return replace(
        options,
        rev=commit,
        base=None,
        baseline=None,
        config=None,
        fail_on=None,
        min_level=None,
        min_score=None,
        phase_scores=(),
        require=(),
        max_drop=None,
        fail_on_regression=None,
        facts=None,
        environment={},
        summaries=False,
    )


def _plain(configuration: Configuration) -> Configuration:
    return replace(
        configuration,
        rules=(),
        technologies=(),
        fail_on=None,
        min_level=None,
        min_score=None,
        phase_scores={},
        require=(),
        baseline=None,
        base=None,
        max_drop=None,
        fail_on_regression=None,
        ratchet=None,
        waivers=(),
        variables={},
        lines={},
    )


def _text(take: Take, path: Path, options: AuditOptions, configuration: Configuration) -> str:
    import json

    try:
        snapshot = take(path, options, configuration)
    except NothingToAuditError:
        snapshot = Snapshot(label="")
    return json.dumps(plain(snapshot), ensure_ascii=False)


def _run(
    end: Connection, take: Take, path: Path, options: AuditOptions, configuration: Configuration
) -> None:
    """Audit the base in a process of its own."""
    try:
        end.send(("snapshot", _text(take, path, options, configuration)))
    except AuditError as error:
        end.send(("error", str(error)))
    except KeyboardInterrupt:
        return
    finally:
        end.close()
