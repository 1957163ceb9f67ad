"""Entry points: the units that are started from outside the code."""

import sqlite3
from collections.abc import Iterator

from mlops_audit.linking.commands import is_test_file
from mlops_audit.linking.index import CodeIndex, Unit
from mlops_audit.linking.names import ROUTES, WEB_FRAMEWORKS, words
from mlops_audit.linking.technologies.project_names import ProjectNames
from mlops_audit.schema import EntryPoint

_TASK_ROOTS = words(
    """
    airflow prefect dagster metaflow zenml kfp flytekit luigi clearml celery ray hamilton modal
    invoke
    """
)
_FLOWS = words("flow pipeline dag job graph workflow")
_CLI_ROOTS = words("click typer")
#: Calls that bind a path to what answers it, and the verb that this is shown with.
_ROUTING = {
    "path": "ROUTE",
    "re_path": "ROUTE",
    "url": "ROUTE",
    "add_url_rule": "ROUTE",
    "add_api_route": "ROUTE",
    "add_route": "ROUTE",
    "add_resource": "ROUTE",
    "add_view": "ROUTE",
    "Route": "ROUTE",
    "add_get": "GET",
    "add_post": "POST",
    "add_put": "PUT",
    "register": "ROUTE",
}


def entry_points(connection: sqlite3.Connection, index: CodeIndex) -> list[EntryPoint]:
    """Return every entry point, sorted and without repetition."""
    found = {
        (entry.path, entry.scope, entry.kind): entry
        for part in (_modules, _decorated, _routed, _servicers, _console, _automation)
        for entry in part(connection, index)
    }
    return sorted(
        found.values(),
        key=lambda entry: (entry.path, entry.line or 0, entry.scope, entry.kind, entry.name),
    )


def _modules(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[EntryPoint]:
    acting = _acting(connection)
    query = "SELECT path, kind, main_guard, top_level_statements FROM module ORDER BY path"
    known = connection.execute("SELECT path FROM notebook WHERE checkpoint = 0")
    notebooks = {path for (path,) in known}
    for path, kind, guard, statements in connection.execute(query):
        name = path.rpartition("/")[2]
        if path in notebooks or kind in ("notebook", "databricks"):
            yield EntryPoint(path, None, None, "", "notebook", name)
        elif is_test_file(path) or (path in acting and index.roles.get(path) == "test"):
            yield EntryPoint(path, None, 1, "", "test", name)
        elif guard is not None:
            yield EntryPoint(path, None, guard, "", "main_guard", f"python {path}")
        elif statements and path in acting and name != "__init__.py":
            yield EntryPoint(path, None, 1, "", "script", f"python {path}")
    for path in sorted(notebooks - index.modules.keys()):
        yield EntryPoint(path, None, None, "", "notebook", path.rpartition("/")[2])


def _acting(connection: sqlite3.Connection) -> set[str]:
    """Return the files whose module level does something that is worth starting.

    That is an action, a call of the repository's own code where nothing imports the file, and
    whatever a command runs.
    """
    query = (
        "SELECT path FROM action WHERE scope = ''"
        " UNION SELECT path FROM call_edge WHERE scope = '' AND kind = 'call' AND path NOT IN"
        "  (SELECT target_path FROM call_edge WHERE kind = 'import')"
        " UNION SELECT target_path FROM command_target WHERE target_scope = ''"
    )
    return {path for (path,) in connection.execute(query)}


def _decorated(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[EntryPoint]:
    query = (
        "SELECT d.path, d.cell, d.line, d.qualname, d.target,"
        " (SELECT a.value FROM call_argument a"
        "   WHERE a.path = d.path AND a.call = d.call AND a.position = 0 AND a.kind = 'string')"
        " FROM decorator d ORDER BY d.path, d.line"
    )
    web = _importing(connection, WEB_FRAMEWORKS)
    names: ProjectNames | None = None
    typer = {
        path
        for (path,) in connection.execute(
            "SELECT path FROM import WHERE root IN ('typer', 'click')"
        )
    }
    for path, cell, line, qualname, target, argument in connection.execute(query):
        _, _, last = target.rpartition(".")
        first = target.lstrip(".").partition(".")[0]
        name = qualname.rpartition(".")[2]
        if last in ROUTES and argument and argument.startswith("/"):
            # The application may come from another module: `from shop import app`.
            if path not in web:
                names = names or ProjectNames(connection)
                if names.outward(path, target)[0].partition(".")[0] not in WEB_FRAMEWORKS:
                    continue
            yield EntryPoint(path, cell, line, qualname, "web_route", f"{last.upper()} {argument}")
        elif last in ("command", "callback") and (first in _CLI_ROOTS or path in typer):
            yield EntryPoint(path, cell, line, qualname, "cli_command", argument or name)
        elif first in _TASK_ROOTS:
            kind = "flow" if last in _FLOWS else "task"
            yield EntryPoint(path, cell, line, qualname, kind, argument or name)


def _routed(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[EntryPoint]:
    """Yield the functions and classes that a call binds to a path: `path("a/", views.show)`."""
    web = _importing(connection, WEB_FRAMEWORKS | {"django", "rest_framework", "tornado"})
    query = (
        "SELECT c.path, c.id, c.method, a.kind, a.keyword, a.value, a.target FROM call c"
        " JOIN call_argument a ON a.path = c.path AND a.call = c.id"
        f" WHERE c.method IN ({','.join('?' * len(_ROUTING))}) ORDER BY c.path, c.id, a.position"
    )
    routes: dict[tuple[str, int], tuple[str, str]] = {}
    handlers: dict[tuple[str, int], list[str]] = {}
    for path, call, method, kind, keyword, value, target in connection.execute(
        query, sorted(_ROUTING)
    ):
        if path not in web or not value:
            continue
        if kind in ("string", "fstring") and keyword in (None, "path", "rule", "route"):
            routes.setdefault((path, call), (method, value))
        elif kind in ("name", "call") and target and keyword not in ("methods", "name"):
            handlers.setdefault((path, call), []).append(target.removesuffix(".as_view"))
    for key, (method, route) in sorted(routes.items()):
        for target in handlers.get(key, ()):
            found = index.resolve(target, key[0])
            if found is not None and found.kind != "module":
                yield _handler(found.unit, index, f"{_ROUTING[method]} /{route.strip('^/$')}")


def _handler(unit: Unit, index: CodeIndex, name: str) -> EntryPoint:
    cell, line = index.places.get(unit, (None, None))
    return EntryPoint(unit.path, cell, line, unit.scope, "web_route", name)


def _servicers(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[EntryPoint]:
    """Yield the methods that answer remote procedure calls."""
    query = (
        "SELECT path, qualname, target FROM base WHERE target LIKE '%pb2_grpc.%Servicer'"
        " ORDER BY path, line"
    )
    for path, qualname, _target in connection.execute(query):
        for name in sorted(index.definitions.get(path, ())):
            owner, _, method = name.rpartition(".")
            if owner == qualname and not method.startswith("_"):
                yield _handler(Unit(path, name), index, f"gRPC {method}")


def _importing(connection: sqlite3.Connection, roots: frozenset[str]) -> set[str]:
    marks = ",".join("?" * len(roots))
    query = f"SELECT DISTINCT path FROM import WHERE root IN ({marks})"
    return {path for (path,) in connection.execute(query, sorted(roots))}


def _console(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[EntryPoint]:
    query = "SELECT path, name, target FROM console_script ORDER BY path, name"
    for path, name, target in connection.execute(query):
        module, _, function = target.partition(":")
        named = ".".join(part.strip() for part in (module, function.split("[")[0]) if part)
        found = index.resolve(named, path)
        if found is not None:
            yield EntryPoint(found.unit.path, None, None, found.unit.scope, "console_script", name)


def _automation(connection: sqlite3.Connection, index: CodeIndex) -> Iterator[EntryPoint]:
    for path, line, name in connection.execute("SELECT path, line, name FROM job"):
        yield EntryPoint(path, None, line, f"job:{name}", "job", name)
    for path, line, name in connection.execute("SELECT path, line, name FROM pipeline_stage"):
        yield EntryPoint(path, None, line, f"stage:{name}", "stage", name)
    query = (
        "SELECT DISTINCT c.path FROM command c JOIN file f ON f.path = c.path"
        " WHERE f.kind = 'dockerfile' ORDER BY c.path"
    )
    for (path,) in connection.execute(query):
        yield EntryPoint(path, None, None, "", "image", path)
