"""Where the rulebook and the report templates lie.

A wheel carries them inside the package (``mlops_audit/_data/…``); a checkout and an editable
install keep them beside it. Both are found through ``importlib.resources``.
"""

from importlib.resources import files
from pathlib import Path

from mlops_audit.errors import AuditError


def _folder(name: str) -> Path:
    package = Path(str(files("mlops_audit")))
    for candidate in (package / "_data" / name, package.parent / name):
        if candidate.is_dir():
            return candidate
    raise AuditError(f"the installation is incomplete: its folder {name!r} is missing")


def rulebook() -> Path:
    """Return the folder with the rules, technologies, views and the lifecycle."""
    return _folder("rules")


def templates() -> Path:
    """Return the folder with the report templates."""
    return _folder("report_templates")
