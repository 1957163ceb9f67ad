"""Which kinds of files feed which table: where a fact may be missing for want of reading."""

from collections.abc import Iterable
from typing import NamedTuple

from mlops_audit.facts.store import FactStore
from mlops_audit.rules.model import Rule

_CODE = frozenset(("python", "notebook"))
_CONFIG = frozenset(("yaml", "toml", "json", "ini"))
_AUTOMATION = frozenset(("yaml", "toml", "json", "ini", "dockerfile", "makefile", "shell"))
_PROSE = frozenset(("markdown", "rst", "text"))

_KINDS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "module",
            "definition",
            "code_block",
            "decorator",
            "base",
            "import",
            "call",
            "call_argument",
            "assignment",
            "string_literal",
            "condition",
            "assertion",
            "call_edge",
        ),
        _CODE,
    ),
    **dict.fromkeys(("notebook", "cell", "magic"), frozenset(("notebook",))),
    **dict.fromkeys(
        (
            "workflow",
            "automation_trigger",
            "job",
            "step",
            "task",
            "pipeline_stage",
            "stage_item",
            "lock_stage",
            "image_base",
        ),
        _AUTOMATION,
    ),
    "command": _AUTOMATION | {"notebook"},
    **dict.fromkeys(
        ("dependency", "lock_file", "package_metadata", "console_script"),
        _CONFIG | {"text", "python", "dockerfile"},
    ),
    "setting": _CONFIG,
    **dict.fromkeys(("document", "section"), _PROSE),
    **dict.fromkeys(
        ("run_store", "run", "run_parameter", "run_metric", "run_point"),
        frozenset(("yaml", "json")),
    ),
    "secret_candidate": _CODE | _AUTOMATION | _PROSE,
    "personal_data": frozenset(("data", "notebook")),
    **dict.fromkeys(
        (
            "technology_use",
            "action",
            "randomness",
            "entry_point",
            "command_target",
            "entry_reach",
            "trigger_reach",
            "node",
            "edge",
        ),
        _CODE | _AUTOMATION,
    ),
}


class Unread(NamedTuple):
    """How many of the files that could hold what a rule looks for were not read."""

    lost: int
    total: int

    @property
    def share(self) -> float:
        """Share of the files that were not read."""
        return self.lost / self.total if self.total else 0.0


class Feeds:
    """The files of a store by kind, and which of them were lost."""

    def __init__(self, store: FactStore) -> None:
        """Read files, zones and diagnostics."""
        query = (
            "SELECT file.path, file.kind, zone.zone FROM file"
            " LEFT JOIN file_zone AS zone ON zone.path = file.path"
        )
        self._files: list[tuple[str, str, str | None]] = store.connection.execute(query).fetchall()
        lost = store.connection.execute("SELECT DISTINCT path FROM diagnostic WHERE lost = 1")
        self._lost = {path for (path,) in lost}

    def unread(self, rule: Rule) -> Unread:
        """Count the files in the rule's zones that feed the tables it needs."""
        if not self._lost:
            return Unread(0, len(self._files))
        kinds = kinds_of(table for table, _ in rule.needs)
        feeding = [
            path
            for path, kind, zone in self._files
            if kind in kinds and (zone is None or zone in rule.zones)
        ]
        return Unread(sum(path in self._lost for path in feeding), len(feeding))


def kinds_of(tables: Iterable[str]) -> frozenset[str]:
    """Return the kinds of files that feed any of the tables."""
    return frozenset().union(*(_KINDS.get(table, frozenset()) for table in tables))
