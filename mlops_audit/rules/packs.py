"""Rules from elsewhere: folders named on the command line, and installed rule packs.

A pack is data. An installed one names, under the entry point group ``mlops_audit.rules``, a package
that lies in the environment; its folder is read, and no code of it is imported.
"""

import re
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from mlops_audit.errors import UsageError
from mlops_audit.rules.keys import PHASES
from mlops_audit.rules.strict_yaml import refusal

GROUP = "mlops_audit.rules"


class Pack(NamedTuple):
    """One installed rule pack."""

    name: str
    folder: Path


def packs_installed() -> list[Pack]:
    """Return the installed packs, sorted by name.

    Raises:
        RulebookError: an entry point names a folder that is not there.
    """
    found = {}
    for entry in entry_points(group=GROUP):
        top, *below = entry.module.split(".")
        # Only a top-level name is looked up: a dotted one would import its parents.
        spec = find_spec(top)
        places = list(spec.submodule_search_locations or ()) if spec is not None else []
        folders = [folder for place in places if (folder := Path(place, *below)).is_dir()]
        if not folders:
            problem = f"the entry point {entry.name} of {GROUP} names {entry.value}"
            raise refusal(entry.value, problem, fix="That package has no folder.")
        found[entry.name] = Pack(_slug(entry.name), folders[0])
    return [found[name] for name in sorted(found)]


def pack_files(place: Path) -> list[tuple[Path, str]]:
    """Return the rule files at a path (file, phase folder or pack folder) with the pack's name.

    Raises:
        UsageError: there is no rule at the path.
    """
    from mlops_audit.rules.loader import rule_files

    place = place.absolute()
    if place.is_file():
        return [(place, _slug(place.parent.parent.name))]
    if not place.is_dir():
        raise UsageError(f"{place} does not exist: --rules takes a rule file or a folder of rules")
    if place.name in PHASES:
        return [(path, _slug(place.parent.name)) for path in sorted(place.glob("*.yaml"))]
    found = [(path, _slug(place.name)) for path in rule_files(place)]
    if not found:
        phases = ", ".join(PHASES)
        raise UsageError(f"{place} holds no rules: they lie in folders called {phases}")
    return found


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    # `core` is what the own rules are called: a pack of that name must not pass for them.
    return slug if slug not in ("", "core") else "pack"
