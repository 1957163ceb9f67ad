"""The lifecycle as data: phases, groups, kinds of repository and practices."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from mlops_audit.derived import Derived
from mlops_audit.errors import RulebookError

STRENGTH_ORDER = ("documented", "implemented", "automated", "observed")
ROLES = ("core", "supporting", "gate")


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeSpec:
    """What a team should be doing, and from which level on."""

    id: str
    title: str
    statement: str
    phase: str
    level: int
    basis: str
    role: str
    needs: str
    group: str | None = None
    applies: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    frameworks: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpec:
    """A kind of repository and what is due for it."""

    id: str
    title: str
    due: tuple[str, ...]
    due_groups: tuple[str, ...] = ()
    #: Single practices that are asked although their phase is not due.
    due_practices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Lifecycle:
    """The whole model, as read from `rules/lifecycle.yaml`."""

    levels: dict[int, str]
    supporting_share: float
    supporting_few: int
    severity_weights: dict[str, int]
    phases: tuple[tuple[str, str], ...]
    groups: tuple[tuple[str, str], ...]
    kinds: dict[str, KindSpec]
    practices: tuple[PracticeSpec, ...]

    @cached_property
    def by_id(self) -> dict[str, PracticeSpec]:
        """Practices by id."""
        return {practice.id: practice for practice in self.practices}


def load_lifecycle(path: Path, derived: Derived | None = None) -> Lifecycle:
    """Read and check a lifecycle file; YAML that ``derived`` holds is not parsed again.

    Raises:
        RulebookError: the file is not valid YAML, or a key or value is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
        key = hashlib.sha256(text.encode()).hexdigest()
        return _build((derived or Derived(None)).get("lifecycle", key, lambda: _parsed(text)))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise RulebookError(path, "not valid YAML.", line=line) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RulebookError(path, f"not a lifecycle: {error}.") from error


def _parsed(text: str) -> Any:
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _build(data: dict[str, Any]) -> Lifecycle:
    arithmetic = data["arithmetic"]
    phases = tuple((item["id"], item["title"]) for item in data["phases"])
    groups = tuple((item["id"], item["title"]) for item in data["groups"])
    kinds = {
        name: KindSpec(
            id=name,
            title=item["title"],
            due=tuple(item["due"]),
            due_groups=tuple(item.get("due_groups", ())),
            due_practices=tuple(item.get("due_practices", ())),
        )
        for name, item in data["kinds"].items()
    }
    practices = tuple(_practice(item) for item in data["practices"])
    _check(practices, {name for name, _ in phases}, {name for name, _ in groups}, set(kinds))
    return Lifecycle(
        levels={int(number): str(name) for number, name in data["levels"].items()},
        supporting_share=float(arithmetic["supporting_share"]),
        supporting_few=int(arithmetic["supporting_few"]),
        severity_weights={
            str(key): int(value) for key, value in arithmetic["severity_weights"].items()
        },
        phases=phases,
        groups=groups,
        kinds=kinds,
        practices=practices,
    )


def _practice(item: dict[str, Any]) -> PracticeSpec:
    values = dict(item)
    for name in ("applies", "unless"):
        values[name] = tuple(values.get(name, ()))
    return PracticeSpec(**values)


def _check(
    practices: tuple[PracticeSpec, ...], phases: set[str], groups: set[str], kinds: set[str]
) -> None:
    seen: set[str] = set()
    for practice in practices:
        if practice.id in seen:
            raise ValueError(f"practice {practice.id!r} stands twice")
        seen.add(practice.id)
        if practice.phase not in phases:
            raise ValueError(f"practice {practice.id!r} names the unknown phase {practice.phase!r}")
        if practice.group is not None and practice.group not in groups:
            raise ValueError(f"practice {practice.id!r} names the unknown group {practice.group!r}")
        if practice.role not in ROLES or practice.needs not in STRENGTH_ORDER:
            raise ValueError(f"practice {practice.id!r} has a wrong role or strength")
        if not set(practice.applies) <= kinds:
            raise ValueError(f"practice {practice.id!r} applies to an unknown kind")
