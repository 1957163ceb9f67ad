"""Finding, reading and checking a configuration."""

import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlops_audit.assessment.suppress import Override, Waiver
from mlops_audit.config.keys import config_schema
from mlops_audit.config.model import Configuration, Statement
from mlops_audit.errors import ConfigError, RulebookError, UsageError
from mlops_audit.readers.toml_document import load_toml
from mlops_audit.readers.tree_node import Node
from mlops_audit.rules.check import check_mapping
from mlops_audit.rules.judging import Attestation
from mlops_audit.rules.strict_yaml import Mapping, Sequence

FILE_NAME = "mlops-audit.toml"
_TABLE = ("tool", "mlops-audit")
_TABLE_HEAD = re.compile(rb"^\s{0,20}\[{1,2}\s{0,20}tool\.[\"']?mlops-audit", re.MULTILINE)
_LIST_KEYS = ("rules", "technologies", "select", "ignore", "exclude", "require")


def repository_config(read: Callable[[str], bytes | None]) -> Configuration:
    """Return the configuration of an audited repository: `mlops-audit.toml`, else pyproject.toml.

    Raises:
        ConfigError: it has one, and that is wrong.
    """
    content = read(FILE_NAME)
    if content is not None:
        return _parsed(FILE_NAME, content, None, whole=True)
    content = read("pyproject.toml")
    # A broken pyproject.toml is a mistake of the repository, unless it tries to speak to us.
    if content is None or not _TABLE_HEAD.search(content):
        return Configuration()
    return _parsed("pyproject.toml", content, None, whole=False)


def config_file(path: Path) -> Configuration:
    """Return the configuration in a file that the user names.

    Raises:
        UsageError: there is no such file.
        ConfigError: it is wrong.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist: --config takes a TOML file.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
    return _parsed(str(path), content, path.absolute().parent, whole=path.name != "pyproject.toml")


def _parsed(origin: str, content: bytes, folder: Path | None, *, whole: bool) -> Configuration:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(origin, "is not UTF-8 text.", line=at, fix="Save it as UTF-8.") from None
    node, problem = load_toml(content)
    if problem:
        place = re.search(r"\(at line (\d+), column \d+\)", problem)
        said = problem.replace(place[0], "").replace(" .", ".") if place else problem
        raise ConfigError(origin, said, line=int(place[1]) if place else None)
    table = node if whole else node.get(*_TABLE)
    if whole and table.get(*_TABLE):
        line = table.get(*_TABLE).line
        fix = "In this file the keys stand at the top, without a table."
        raise ConfigError(origin, "has a table [tool.mlops-audit].", line=line, fix=fix)
    if not table:
        return Configuration(origin=origin, folder=folder)
    try:
        data = _located(table)
        if not isinstance(data, Mapping):
            raise ConfigError(origin, "tool.mlops-audit is not a table.", line=table.line)
        check_mapping(Path(origin), "", data, config_schema())
    except RulebookError as error:
        raise ConfigError(origin, error.problem, line=error.line, fix=error.fix) from None
    return _configuration(origin, folder, data)


def _located(node: Node) -> Any:
    """Return plain values whose mappings and lists know on which lines their parts stand."""
    line = node.line or 1
    if node.is_mapping:
        mapping = Mapping(line)
        for name, child in node.pairs:
            mapping.lines[name] = child.line or line
            mapping[name] = _located(child)
        return mapping
    if node.is_sequence:
        sequence = Sequence(line)
        for child in node.children:
            sequence.lines.append(child.line or line)
            sequence.append(_located(child))
        return sequence
    return node.value


def _configuration(origin: str, folder: Path | None, data: Mapping) -> Configuration:
    score = data.get("min-score")
    lists: dict[str, Any] = {name: tuple(data.get(name, ())) for name in _LIST_KEYS}
    statements = data.get("attestations", Sequence(1))
    return Configuration(
        origin=origin,
        folder=folder,
        kind=data.get("kind"),
        zones=dict(data.get("zones", {})),
        params={name: dict(values) for name, values in data.get("params", {}).items()},
        fail_on=data.get("fail-on"),
        min_level=data.get("min-level"),
        min_score=score if isinstance(score, int) else None,
        phase_scores=dict(score) if isinstance(score, Mapping) else {},
        baseline=data.get("baseline"),
        base=data.get("base"),
        max_drop=data.get("max-drop"),
        fail_on_regression=data.get("fail-on-regression"),
        ratchet=data.get("ratchet"),
        waivers=(
            *(_waiver(origin, item) for item in data.get("waivers", ())),
            *(
                Waiver(
                    rules=tuple(item["ignore"]),
                    paths=tuple(item["paths"]),
                    reason="left out for these paths by the configuration",
                    origin=origin,
                    line=item.line,
                    standing=True,
                )
                for item in data.get("overrides", ())
                if item.get("ignore")
            ),
        ),
        overrides=tuple(
            Override(
                paths=tuple(item["paths"]),
                severity=dict(item.get("severity", {})),
                line=item.line,
            )
            for item in data.get("overrides", ())
        ),
        jobs=data.get("jobs"),
        max_file_bytes=data.get("max-file-bytes"),
        attestations=tuple(
            _statement(origin, item, line)
            for item, line in zip(statements, statements.lines, strict=True)
        ),
        lines=_lines(data),
        **lists,
    )


def _waiver(origin: str, item: Mapping) -> Waiver:
    return Waiver(
        rules=tuple(item["rules"]),
        paths=tuple(item.get("paths", ())),
        reason=item["reason"],
        owner=item.get("owner", ""),
        until=_day(origin, item, "expires") if "expires" in item else None,
        origin=origin,
        line=item.line,
    )


def _statement(origin: str, item: Mapping, line: int) -> Statement:
    rule, practice = item.get("rule"), item.get("practice")
    if (rule is None) is (practice is None):
        fix = "Name one of `rule` and `practice`."
        raise ConfigError(
            origin, "an attestation answers a rule or a practice.", line=line, fix=fix
        )
    expires = _day(origin, item, "expires") if "expires" in item else None
    return Statement(
        rule=rule,
        practice=practice,
        attestation=Attestation(
            owner=item["owner"],
            date=_day(origin, item, "date"),
            statement=item["statement"],
            evidence=item.get("evidence"),
            expires=expires,
        ),
        line=line,
    )


def _day(origin: str, item: Mapping, key: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(item[key])
    except ValueError:
        problem = f"`{key}` is {item[key]!r}, which is no day."
        raise ConfigError(origin, problem, line=item.lines[key], fix="Write YYYY-MM-DD.") from None


def _lines(data: Mapping) -> dict[str, int]:
    found: dict[str, int] = dict(data.lines)
    for key in _LIST_KEYS:
        values = data.get(key, Sequence(1))
        found.update({f"{key}[{index}]": line for index, line in enumerate(values.lines)})
    for name, values in data.get("params", {}).items():
        found[f"params.{name}"] = data["params"].lines[name]
        found.update({f"params.{name}.{key}": line for key, line in values.lines.items()})
    return found
