"""setup.cfg and setup.py; the script is read, never run."""

import ast
import configparser
import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.dependencies.names import group, unique
from mlops_audit.readers.dependencies.parsing import BadInputError, Locator
from mlops_audit.readers.dependencies.people import package_owners, split_person
from mlops_audit.readers.dependencies.requirements import requirement_row
from mlops_audit.schema import ConsoleScript, Dependency, Ownership, PackageMetadata

Rows = Iterator[Dependency | PackageMetadata | ConsoleScript | Ownership]

_DEPTH_LIMIT = 30


def read_setup_cfg(path: str, text: str) -> Rows:
    """Yield what a declarative setup.cfg states; one with tool settings only yields nothing."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except (configparser.Error, ValueError) as error:
        raise BadInputError("This is not a valid setup.cfg.") from error
    values: dict[str, Any] = {}
    for section in ("metadata", "options"):
        if parser.has_section(section):
            values |= {key.replace("-", "_"): value or "" for key, value in parser.items(section)}
    for key in ("install_requires", "tests_require", "setup_requires", "classifiers"):
        values[key] = [line for line in str(values.get(key, "")).splitlines() if line.strip()]
    for target, section in (("extras_require", "options.extras_require"),):
        if parser.has_section(section):
            values[target] = {
                key: (value or "").splitlines() for key, value in parser.items(section)
            }
    if parser.has_section("options.entry_points"):
        entries = dict(parser.items("options.entry_points"))
        values["entry_points"] = {key: (value or "").splitlines() for key, value in entries.items()}
    yield from _rows(path, values, Locator(text), ("[metadata]", "[options]"))


def read_setup_py(path: str, text: str) -> Rows:
    """Yield what the literal arguments of `setup()` state, also through variables."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadInputError("This setup.py cannot be parsed.") from error
    names: dict[str, ast.expr] = {}
    calls: list[ast.Call] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    names[target.id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            names[node.target.id] = node.value
        elif isinstance(node, ast.Call) and _called(node) == "setup":
            calls.append(node)
    for call in calls[:1]:
        values: dict[str, Any] = {}
        for keyword in call.keywords:
            value = _literal(keyword.value, names, 0)
            if keyword.arg:
                values[keyword.arg] = value
            elif isinstance(value, dict):
                values |= {key: item for key, item in value.items() if isinstance(key, str)}
        yield from _rows(path, values, Locator(text), ("setup(", "setuptools.setup("))


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _literal(node: ast.expr, names: dict[str, ast.expr], depth: int) -> Any:
    """Evaluate literals, names, `+` and `dict()`; whatever else there is becomes None."""
    if depth > _DEPTH_LIMIT:
        return None
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return _literal(names[node.id], names, depth + 1) if node.id in names else None
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        found: list[Any] = []
        for item in node.elts:
            if isinstance(item, ast.Starred):
                inner = _literal(item.value, names, depth + 1)
                found.extend(inner if isinstance(inner, list) else [])
            else:
                found.append(_literal(item, names, depth + 1))
            if len(found) > 5_000:
                break
        return found[:5_000]
    if isinstance(node, ast.Dict):
        table = {}
        for key, value in zip(node.keys, node.values, strict=True):
            name = _literal(key, names, depth + 1) if key is not None else None
            if isinstance(name, str):
                table[name] = _literal(value, names, depth + 1)
        return table
    if isinstance(node, ast.Call) and _called(node) == "dict":
        pairs = [item for item in node.keywords if item.arg]
        return {str(item.arg): _literal(item.value, names, depth + 1) for item in pairs}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left = _literal(node.left, names, depth + 1)
        right = _literal(node.right, names, depth + 1)
        if isinstance(left, list) and isinstance(right, list):
            return (left + right)[:5_000]
        if isinstance(left, list):
            return left
        return right if isinstance(right, list) else None
    return None


def _rows(path: str, values: dict[str, Any], locator: Locator, headings: tuple[str, ...]) -> Rows:
    line = locator.starting(*headings) or None
    name = _text(values.get("name"))
    if name or _strings(values.get("install_requires")):
        people = [
            pair
            for key in ("author", "maintainer")
            for pair in _people(_text(values.get(key)), _text(values.get(f"{key}_email")))
        ]
        version = _text(values.get("version"))
        if "version" in values and (not version or version.startswith(("attr:", "file:"))):
            version = "dynamic"
        found = _strings(values.get("classifiers")) or _strings(values.get("keywords"))
        described = values.get("description") and found
        publishable = bool(described and (values.get("url") or values.get("project_urls")))
        yield PackageMetadata(
            path,
            line,
            name or None,
            version or None,
            _text(values.get("python_requires")) or None,
            "setuptools.build_meta",
            publishable,
            len(people),
            any(address for _, address in people),
        )
        where = locator.starting("author_email", "author", "maintainer") or line
        yield from package_owners(path, where, name, people)
    yield from unique(_dependencies(path, values, locator))
    yield from _scripts(path, values.get("entry_points"), locator)


def _dependencies(path: str, values: dict[str, Any], locator: Locator) -> Iterator[Dependency]:
    lists = [
        (values.get("install_requires"), "main"),
        (values.get("tests_require"), "test"),
        (values.get("setup_requires"), "build"),
    ]
    extras = values.get("extras_require")
    for key, listed in (extras if isinstance(extras, dict) else {}).items():
        known = group(key) if group(key) in ("dev", "test", "docs") else f"optional:{key[:80]}"
        lists.append((listed, known))
    for listed, known in lists:
        for item in _strings(listed):
            row = requirement_row(path, None, item.strip(), known, "setup")
            if row is not None:
                word = re.split(r"[\s\[<>=!~@;]", item.strip(), maxsplit=1)[0]
                yield row._replace(line=locator.line(word))


def _scripts(path: str, entry_points: object, locator: Locator) -> Iterator[ConsoleScript]:
    table: dict[str, Any] = {}
    if isinstance(entry_points, dict):
        table = entry_points
    elif isinstance(entry_points, str):
        heading = ""
        for line in entry_points.splitlines()[:2_000]:
            if line.strip().startswith("["):
                heading = line.strip().strip("[]")
                table[heading] = []
            elif heading:
                table[heading].append(line)
    for heading in ("console_scripts", "gui_scripts"):
        for item in _strings(table.get(heading)):
            name, found, target = item.partition("=")
            if found:
                where = locator.line(
                    name.strip(), locator.starting("entry_points", "[options.entry") - 1
                )
                yield ConsoleScript(path, where, name.strip(), target.strip().split(" [")[0])


def _people(names: str, addresses: str) -> Iterator[tuple[str, str]]:
    if addresses:
        for address in addresses.split(",")[:20]:
            person, mail = split_person(address)
            yield (person or names, mail or address.strip())
    elif names:
        yield names, ""


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return value.splitlines()
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value.strip()[:500] if isinstance(value, str) else ""
