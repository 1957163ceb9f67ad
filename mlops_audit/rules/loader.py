"""Loading rules: from files to a checked rulebook."""

import hashlib
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import sqlite_version
from typing import Any

from mlops_audit import __version__
from mlops_audit.derived import Derived
from mlops_audit.rules.check import check_mapping, did_you_mean
from mlops_audit.rules.kept import from_plain, to_plain
from mlops_audit.rules.keys import (
    EXAMPLE_KEYS,
    OTHER_FOLDERS,
    PHASES,
    RULE_KEYS,
    SQL_KEYS,
    schema,
)
from mlops_audit.rules.lint import Linter
from mlops_audit.rules.model import Example, Expect, Rule, Status
from mlops_audit.rules.strict_yaml import Mapping, load_documents, read_text, refusal
from mlops_audit.rules.views import View, load_views
from mlops_audit.schema import SCHEMA_VERSION

_RULE_SCHEMA = schema(RULE_KEYS)
_EXAMPLES_SCHEMA = {
    "properties": {"examples": {"type": "array", "items": schema(EXAMPLE_KEYS), "minItems": 1}},
    "required": ["examples"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Rules, sorted by id, with the views that they use."""

    rules: tuple[Rule, ...]
    views: tuple[View, ...]
    digest: str  # changes with any file of the rulebook


def load_rulebook(
    folder: Path,
    *,
    extra: Sequence[Path] = (),
    installed_packs: bool = True,
    practices: Collection[str] | None = None,
    derived: Derived | None = None,
) -> Rulebook:
    """Load the rules of a rulebook, of installed packs and of the ``extra`` paths.

    Rules that ``derived`` holds for the very same files are not checked again.

    Raises:
        RulebookError: a file is wrong; the message names file, line and mend.
    """
    from mlops_audit.rules.packs import pack_files, packs_installed

    views = load_views(folder / "views")
    files = [(path, "core") for path in rule_files(folder)]
    if installed_packs:
        for pack in packs_installed():
            files += [(path, pack.name) for path in rule_files(pack.folder)]
    for place in extra:
        files += pack_files(place)
    digest = _digest(folder, [path for path, name in files if name != "core"])

    def checked() -> list[dict[str, Any]]:
        return [to_plain(rule) for rule in _checked(files, views, practices)]

    def load(kept: Derived) -> tuple[Rule, ...]:
        places = [f"{name}:{path}" for path, name in files]
        made_of = (
            __version__,
            SCHEMA_VERSION,
            sqlite_version,
            digest,
            places,
            sorted(practices or ()),
        )
        key = hashlib.sha256(repr(made_of).encode("utf-8", "replace")).hexdigest()
        return tuple(from_plain(plain) for plain in kept.get("rules", key, checked))

    try:
        rules = load(derived or Derived(None))
    except (KeyError, TypeError, ValueError):
        rules = load(Derived(None))  # what was kept is damaged
    return Rulebook(rules=rules, views=views, digest=digest)


def _checked(
    files: Iterable[tuple[Path, str]], views: Sequence[View], practices: Collection[str] | None
) -> list[Rule]:
    rules: dict[str, Rule] = {}
    with Linter(views, practices) as linter:
        for path, name in files:
            rule = load_rule(path, pack=name, linter=linter)
            if rule.id in rules:
                other = rules[rule.id].origin
                raise refusal(path, f"the rule {rule.id} is also in {other}", fix="Rename it.")
            rules[rule.id] = rule
    return [rules[name] for name in sorted(rules)]


def rule_files(folder: Path) -> list[Path]:
    """Return the rule files below a folder with one folder a phase.

    Raises:
        RulebookError: a YAML file lies in a folder that is no phase.
    """
    found: list[Path] = []
    for inside in sorted(folder.iterdir()):
        if (
            not inside.is_dir()
            or inside.name in OTHER_FOLDERS
            or inside.name.startswith((".", "_"))
        ):
            continue
        files = sorted(path for path in inside.iterdir() if path.suffix in (".yaml", ".yml"))
        if files and inside.name not in PHASES:
            hint = did_you_mean(inside.name, PHASES)
            raise refusal(files[0], f"the folder {inside.name} is no phase", fix=hint)
        found.extend(files)
    return found


def load_rule(path: Path, *, pack: str = "core", linter: Linter) -> Rule:
    """Load the first document of a rule file and check it.

    Raises:
        RulebookError: it is wrong.
    """
    document = _document(path, 0)
    check_mapping(path, "", document, _RULE_SCHEMA)
    if path.parent.name not in PHASES:
        hint = did_you_mean(path.parent.name, PHASES)
        raise refusal(path, "does not lie in the folder of a phase", fix=hint)
    name = str(document["id"])
    if path.suffix != ".yaml" or path.stem != name:
        line = document.lines["id"]
        raise refusal(path, f"the id is {name}", line=line, fix=f"Call the file {name}.yaml.")
    when = _sql(document.get("applies_when"))
    rule = Rule(
        id=name if pack == "core" else f"{pack}/{name}",
        title=document["title"].strip(),
        failure_title=document["failure_title"].strip(),
        phase=path.parent.name,
        practice=document["practice"],
        proves=document["proves"],
        severity=document["severity"],
        confidence=document["confidence"],
        effort=document["effort"],
        zones=frozenset(document["zones"]),
        why=document["why"].strip(),
        fix=document["fix"].strip(),
        references=tuple(dict(item) for item in document.get("references", ())),
        expect=Expect(document["expect"]),
        sql=_sql(document.get("sql")),
        applies_when=None if when == "always" else when,
        unknown_when=_sql(document.get("unknown_when")),
        at_least=float(document.get("at_least", 1)),
        messages={key: " ".join(text.split()) for key, text in document["messages"].items()},
        params=dict(document.get("params", {})),
        lifecycle=document.get("lifecycle", "stable"),
        origin=str(path),
        pack=pack,
    )
    return linter.check(rule, document)


def load_examples(path: Path) -> tuple[Example, ...]:
    """Load the second document of a rule file.

    Raises:
        RulebookError: there is none, or it is wrong.
    """
    document = _document(path, 1)
    check_mapping(path, "", document, _EXAMPLES_SCHEMA)
    found: dict[str, Example] = {}
    for item, line in zip(document["examples"], document["examples"].lines, strict=True):
        if item["name"] in found:
            raise refusal(path, f"two examples are called {item['name']!r}", line=line)
        found[item["name"]] = Example(
            name=item["name"],
            expect=Status(item["expect"]),
            files=dict(item.get("files", {})),
            findings=tuple(item.get("findings", ())),
            commits=tuple(dict(commit) for commit in item.get("commits", ())),
            todo=Status(item["todo"]) if "todo" in item else None,
            line=line,
        )
    return tuple(found.values())


def _document(path: Path, index: int) -> Mapping:
    documents = load_documents(path, read_text(path), literal_keys=SQL_KEYS)
    for position, (value, line) in enumerate(documents):
        if position == index:
            if not isinstance(value, Mapping):
                raise refusal(path, "the document is no mapping", line=line)
            return value
    what = "no rule in it" if index == 0 else "no examples in it"
    fix = "" if index == 0 else "Add a second document after a line `---` with `examples:`."
    raise refusal(path, what, fix=fix)


def _sql(text: Any) -> str | None:
    return text.strip().rstrip(";").rstrip() if isinstance(text, str) else None


def _digest(folder: Path, others: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    named = [(path.name, str(path)) for path in others]
    for place, _, files in os.walk(folder):
        inside = Path(place).relative_to(folder).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        named += [
            (f"{prefix}{file}", os.path.join(place, file))  # noqa: PTH118 (of hundreds of files)
            for file in files
            if file.endswith((".yaml", ".sql"))
        ]
    for name, path in sorted(named):
        with open(path, "rb") as stream:  # noqa: PTH123
            content = hashlib.sha256(stream.read()).hexdigest()
        digest.update(f"{name}\0{content}\n".encode())
    return digest.hexdigest()[:16]
