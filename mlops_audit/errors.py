"""Every error that mlops-audit raises on purpose.

AuditError                 exit code 3: the audit could not be completed
├── NothingToAuditError    exit code 3: an empty folder, a bare repository without commits, …
└── UsageError             exit code 2: wrong command line
    ├── ConfigError        exit code 2: a configuration file is wrong
    └── RulebookError      exit code 2: a rule, technology, view or lifecycle file is wrong

Bad input inside the audited repository is never an exception: it becomes a diagnostic row.
"""

from pathlib import Path


class AuditError(Exception):
    """The audit could not be completed; the message is one sentence for a person."""

    exit_code = 3


class NothingToAuditError(AuditError):
    """The path holds nothing that could be audited."""


class UsageError(AuditError):
    """The command line is wrong."""

    exit_code = 2


class _FileError(UsageError):
    def __init__(self, path: Path | str, problem: str, *, line: int | None = None, fix: str = ""):
        where = f"{path}:{line}" if line else str(path)
        super().__init__(f"{where}: {problem}" + (f" {fix}" if fix else ""))
        self.path = str(path)
        self.line = line
        self.problem = problem
        self.fix = fix


class ConfigError(_FileError):
    """A configuration file is wrong."""


class RulebookError(_FileError):
    """A rule, technology, view, framework or lifecycle file is wrong."""
