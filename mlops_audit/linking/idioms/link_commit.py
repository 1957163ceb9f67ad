"""Which code made a model: the commit or the build is written down with the run or the model."""

import re
import sqlite3
from collections.abc import Iterator

from mlops_audit.linking.idioms.facts import Known, Site, idiom, name_parts
from mlops_audit.linking.idioms.reached import Reached
from mlops_audit.linking.index import Unit
from mlops_audit.linking.names import words
from mlops_audit.schema import Action

#: What makes a commit worth recording: a run, a model, or what carries one into production.
_ABOUT_MODELS = words(
    """
    train tune start_run autolog log_param log_metric log_artifact register_model promote_model
    save_model deploy build_image package run_pipeline
    """
)
_CARRIERS = words("train tune register_model promote_model deploy build_image run_pipeline")
#: Variables in which continuous-integration systems and their users keep the commit or the build.
_VARIABLE = re.compile(
    r"(?:^|[^A-Za-z])(?:[A-Z]+_)?(?:GITHUB_SHA|CI_COMMIT_(?:SHORT_)?SHA|BUILD_SOURCEVERSION"
    r"|BUILD_BUILD(?:ID|NUMBER)|CIRCLE_SHA1|TRAVIS_COMMIT|BITBUCKET_COMMIT|DRONE_COMMIT_SHA"
    r"|CODEBUILD_RESOLVED_SOURCE_VERSION|GIT_(?:COMMIT|SHA|REVISION|HASH)(?:_(?:SHA|HASH|ID))?"
    r"|COMMIT_(?:SHA|HASH|ID)|SHORT_SHA)(?![A-Za-z])"
)
_IN_A_PIPELINE = re.compile(
    r"github\.sha|head\.sha|github\.run_(?:id|number)|\$\(Build\.(?:BuildId|BuildNumber"
    r"|SourceVersion)\)|\$\{?(?:GITHUB_SHA|CI_COMMIT_(?:SHORT_)?SHA|CIRCLE_SHA1|COMMIT_SHA"
    r"|SHORT_SHA|BUILD_SOURCEVERSION|CODEBUILD_RESOLVED_SOURCE_VERSION|GIT_COMMIT|GIT_SHA)\b"
    r"|git rev-parse|git describe"
)
_GIT = re.compile(
    r"""git['"]?\s{0,3},?\s{0,3}['"]?(?:rev-parse|describe|log['"]?\s{0,3},?\s{0,3}['"]?-)"""
)
_TAG = re.compile(
    r"""['"](?:git[_.-]?)?(?:commit|sha|build)[_.-]?(?:sha|hash|id)?['"]\s{0,3}:""",
    re.IGNORECASE,
)
_KEEPING = words("tags tag metadata properties labels params config annotations")
#: Files that ask git for a version of their own.
_PACKAGING = words(
    "setup.py conf.py _version.py versioneer.py version.py noxfile.py hatch_build.py"
)


def commit_links(
    connection: sqlite3.Connection, known: Known, reached: Reached
) -> Iterator[Action]:
    """Yield `link_commit` where code or automation records the commit of a run or a model."""
    done: set[tuple[str, str]] = set()
    candidates = [*_in_code(connection), *_tags(connection)]
    callers = _callers(connection, {action.path for action in candidates})
    for action in candidates:
        unit = Unit(action.path, action.scope)
        wanted = known.written(action.path) and unit not in done
        if not wanted or action.path.rpartition("/")[2] in _PACKAGING:
            continue
        if _about_models(unit, callers, known):
            done.add(unit)
            yield action
    for action in _in_pipelines(connection, known, reached):
        if (action.path, action.scope) not in done:
            done.add((action.path, action.scope))
            yield action


def _in_code(connection: sqlite3.Connection) -> Iterator[Action]:
    query = (
        "SELECT c.path, c.cell, c.line, c.scope, c.id, c.target, c.method, a.keyword, a.kind,"
        " a.value FROM call c JOIN call_argument a ON a.path = c.path AND a.call = c.id"
        " WHERE a.value LIKE '%rev-parse%' OR a.value LIKE '%git%describe%'"
        " OR a.value LIKE '%git%log%-%' OR a.value LIKE '%SHA%' OR a.value LIKE '%COMMIT%'"
        " OR a.value LIKE '%BUILD%' ORDER BY c.path, c.id"
    )
    for path, cell, line, scope, call, target, method, keyword, kind, value in connection.execute(
        query
    ):
        shown = _commit_in(target, method, keyword, kind, value)
        if shown:
            yield idiom(Site(path, cell, line, scope), "link_commit", shown, call=call)
    query = (
        "SELECT path, cell, line, scope, value FROM assignment"
        " WHERE kind = 'item' AND value LIKE '%environ[%' ORDER BY path, line"
    )
    for path, cell, line, scope, value in connection.execute(query):
        if _VARIABLE.search(value):
            yield idiom(Site(path, cell, line, scope), "link_commit", value)
    query = (
        "SELECT path, cell, line, scope, id, name FROM call"
        " WHERE target IN ('git.Repo', 'git.repo.base.Repo') ORDER BY path, id"
    )
    for path, cell, line, scope, call, name in connection.execute(query):
        site = Site(path, cell, line, scope)
        yield idiom(site, "link_commit", name, call=call, confidence="medium")


def _commit_in(target: str, method: str, keyword: str | None, kind: str, value: str) -> str | None:
    """Return what of a call's argument is the commit or the build, None if nothing is."""
    if kind in ("list", "string", "fstring") and _GIT.search(value):
        started = target.startswith("subprocess.") or "popen" in target
        return "git rev-parse" if started or "run" in name_parts(method) else None
    if kind == "string" and _VARIABLE.search(value):
        asked = method in ("get", "getenv") or keyword == "envvar" or "environ" in target
        return value if asked else None
    if kind == "name" and value.endswith(".hexsha"):
        return value
    return value if kind == "other" and "environ[" in value and _VARIABLE.search(value) else None


def _tags(connection: sqlite3.Connection) -> Iterator[Action]:
    """`tags={"commit": sha}` of a call, or of a name that is called so."""
    query = (
        "SELECT c.path, c.cell, c.line, c.scope, c.id, c.name, a.value FROM call_argument a"
        " JOIN call c ON c.path = a.path AND c.id = a.call WHERE a.kind = 'dict'"
        f" AND a.keyword IN ({','.join('?' * len(_KEEPING))}) ORDER BY c.path, c.id"
    )
    for path, cell, line, scope, call, name, value in connection.execute(query, sorted(_KEEPING)):
        if value and (tag := _TAG.search(value)):
            shown = f"{name}({tag.group().rstrip(': ')})"
            yield idiom(
                Site(path, cell, line, scope), "link_commit", shown, call=call, confidence="medium"
            )
    query = "SELECT path, cell, line, scope, name, value FROM assignment WHERE kind = 'dict'"
    for path, cell, line, scope, name, value in connection.execute(query):
        if value and set(name_parts(name)) & _KEEPING and (tag := _TAG.search(value)):
            shown = f"{name}[{tag.group().rstrip(': ')}]"
            yield idiom(Site(path, cell, line, scope), "link_commit", shown, confidence="medium")


def _callers(connection: sqlite3.Connection, paths: set[str]) -> dict[Unit, set[Unit]]:
    """Return which units call the units of some files."""
    found: dict[Unit, set[Unit]] = {}
    query = (
        "SELECT path, scope, target_path, target_scope FROM call_edge"
        f" WHERE confidence <> 'low' AND target_path IN ({','.join('?' * len(paths))})"
    )
    for path, scope, target_path, target_scope in connection.execute(query, sorted(paths)):
        found.setdefault(Unit(target_path, target_scope), set()).add(Unit(path, scope))
    return found


def _about_models(unit: Unit, callers: dict[Unit, set[Unit]], known: Known) -> bool:
    """Tell whether a unit, or what calls it, stands beside the making of a model."""
    if known.of_file(unit.path) & _ABOUT_MODELS:
        return True
    near = callers.get(unit, set())
    return any(known.of_file(caller.path) & _ABOUT_MODELS for caller in near)


def _in_pipelines(
    connection: sqlite3.Connection, known: Known, reached: Reached
) -> Iterator[Action]:
    carried = {
        (deed.unit.path, deed.line)
        for deeds in reached.deeds.values()
        for deed in deeds
        if deed.action in _CARRIERS
    }
    query = (
        "SELECT c.path, c.cell, c.line, c.scope, c.text, t.target_path, t.target_scope"
        " FROM command c LEFT JOIN command_target t ON t.path = c.path AND t.position = c.position"
        " ORDER BY c.path, c.position"
    )
    for path, cell, line, scope, text, target_path, target_scope in connection.execute(query):
        found = _IN_A_PIPELINE.search(text)
        if found is None or path not in known.roles:
            continue
        runs = target_path is not None and bool(
            reached.actions(Unit(target_path, target_scope or "")) & _CARRIERS
        )
        if runs or (path, line) in carried:
            yield idiom(
                Site(path, cell, line, scope), "link_commit", found.group(), confidence="medium"
            )
    query = "SELECT path, line, scope, inputs FROM step WHERE inputs <> '' ORDER BY path, line"
    for path, line, scope, inputs in connection.execute(query):
        found = _IN_A_PIPELINE.search(inputs)
        if found is not None and path in known.roles and (path, line) in carried:
            yield idiom(
                Site(path, None, line, scope), "link_commit", found.group(), confidence="medium"
            )
