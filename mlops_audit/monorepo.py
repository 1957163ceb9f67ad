"""One project of a monorepo as a fact store of its own, cut out of the facts of the whole.

Nothing is read or linked again. A project sees its own files and, of what belongs to no project
(CI, owners, documents, shared code), all but what evidently serves other projects only:

- shared code counts where the project's code reaches it, or where it tests the project;
- shared automation counts unless everything it runs lies in other projects; the same holds for
  each job and task in it;
- shared data, models and run logs speak for no single project.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from mlops_audit.errors import UsageError
from mlops_audit.facts.store import COLUMNS, FactStore
from mlops_audit.linking.kind import traits
from mlops_audit.schema import Edge, Node, Project
from mlops_audit.text import shown

_CODE = frozenset({"python", "notebook", "r", "scala", "julia"})
_UNSHARED = frozenset({"data", "model", "archive", "database", "log", "image"})
#: Tables whose rows are chosen or made in their own way.
_OWN_WAY = (
    "repository_info", "project", "git_commit", "git_ref", "technology_feature", "trait", "node",
    "edge",
)  # fmt: skip

Unit = tuple[str, str]


class _Shared(NamedTuple):
    """A file of no project: what it is, and which projects it reaches."""

    kind: str
    role: str
    touches: frozenset[str]


class Projects:
    """The projects of a monorepo and what belongs to each."""

    def __init__(self, store: FactStore) -> None:
        """Look at who reaches whom, once for all projects."""
        self._store = store
        connection = store.connection
        query = "SELECT root, name, evidence FROM project ORDER BY root"
        self.all = tuple(Project(*row) for row in connection.execute(query))
        self._owner: dict[str, str | None] = {}
        roots = {project.root for project in self.all}
        shared: dict[str, tuple[str, str]] = {}
        for path, project, kind, role in connection.execute(
            "SELECT path, project, kind, role FROM file"
        ):
            # The root can be a project too; what cuts across lies there all the same.
            self._owner[path] = project if project in roots else None
            if not project:
                shared[path] = (kind, role)
        self._links: dict[str, set[str]] = defaultdict(set)
        for source, target in connection.execute(
            "SELECT path, target_path FROM call_edge UNION"
            " SELECT path, target_path FROM command_target WHERE target_path IS NOT NULL"
        ):
            self._links[source].add(target)
        self._shared = {
            path: _Shared(kind, role, self._touched(self._reach([path])))
            for path, (kind, role) in shared.items()
        }
        self._units = self._unit_touches(connection.execute)

    def find(self, name: str) -> Project:
        """Return the project with this name or root.

        Raises:
            UsageError: there is none, or more than one.
        """
        wanted = name.strip().removeprefix("./").rstrip("/")
        by_root = [project for project in self.all if project.root and project.root == wanted]
        by_name = [project for project in self.all if project.name == name]
        found = by_root or by_name
        if len(found) == 1:
            return found[0]
        if found:
            roots = ", ".join(shown(project.root or ".") for project in found)
            raise UsageError(f"Several projects are called {name!r}; name a folder: {roots}.")
        names = [label for project in self.all for label in (project.root, project.name) if label]
        if len(self.all) < 2:
            raise UsageError(
                f"There is no project {name!r}: the repository is one project. Leave --project out,"
                " or name a folder as the path."
            )
        near = get_close_matches(name, names, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(map(shown, names))}."
        raise UsageError(f"There is no project {name!r}. {hint}")

    def facts(self, project: Project) -> FactStore:
        """Return the facts that concern a project, with traits of its own."""
        paths = self._paths(project.root)
        hidden = self._hidden_units(project.root, paths)
        part = FactStore()
        source = self._store.connection
        source.execute("CREATE TEMP TABLE chosen (path TEXT PRIMARY KEY) WITHOUT ROWID")
        try:
            chosen = paths | self._other_places(project.root)
            source.executemany("INSERT INTO chosen VALUES (?)", [(path,) for path in chosen])
            for table, names in COLUMNS.items():
                if table not in _OWN_WAY:
                    part.add(table, self._rows(table, names, hidden))
            part.add("git_commit", self._commits(project.root))
            for table in ("git_ref", "technology_feature"):
                part.add(table, source.execute(f"SELECT * FROM {table}").fetchall())
        finally:
            source.execute("DROP TABLE temp.chosen")
        for row in source.execute("SELECT * FROM repository_info"):
            values = dict(zip(COLUMNS["repository_info"], row, strict=True))
            if project.root:
                values["name"] = f"{values['name']}/{project.root}"
            part.add("repository_info", [tuple(values.values())])
        part.add_rows([project])
        self._draw(part, paths, hidden)
        part.add("trait", traits(part.connection))
        return part

    def _reach(self, start: Iterable[str]) -> set[str]:
        found = set(start)
        waiting = list(found)
        while waiting:
            for target in self._links.get(waiting.pop(), ()):
                if target not in found:
                    found.add(target)
                    waiting.append(target)
        return found

    def _touched(self, paths: Iterable[str]) -> frozenset[str]:
        owners = {self._owner.get(path) for path in paths}
        return frozenset(owner for owner in owners if owner)

    def _unit_touches(self, execute: Any) -> dict[Unit, frozenset[str]]:
        """Return which projects the jobs and tasks of shared automation reach."""
        found: dict[Unit, set[str]] = defaultdict(set)
        roots = [project.root for project in self.all if project.root]
        for path, scope, directory, target in execute(
            "SELECT c.path, c.scope, c.directory, t.target_path FROM command AS c"
            " LEFT JOIN command_target AS t ON t.path = c.path AND t.position = c.position"
            " WHERE c.scope <> ''"
        ):
            if path not in self._shared:
                continue
            touched = found[(path, scope)]
            if target is not None:
                touched |= self._touched(self._reach([target]))
            inside = f"{directory}/"
            touched |= {root for root in roots if inside.startswith(f"{root}/")}
        return {unit: frozenset(touched) for unit, touched in found.items()}

    def _paths(self, root: str) -> set[str]:
        own = {path for path, owner in self._owner.items() if owner == root}
        reached = self._reach(own)
        chosen = set(own)
        for path, shared in self._shared.items():
            if path in chosen or shared.kind in _UNSHARED:
                continue
            if shared.kind in _CODE:
                if path in reached or (shared.role == "test" and root in shared.touches):
                    chosen.add(path)
            elif not shared.touches or root in shared.touches:
                chosen.add(path)
        return chosen

    def _other_places(self, root: str) -> set[str]:
        """Return places that are no files: run stores, what is gone, the repository itself."""
        others = [project.root for project in self.all if project.root != root]
        query = (
            "SELECT path FROM run_store UNION SELECT path FROM git_change"
            " UNION SELECT path FROM diagnostic"
        )
        found = {""}
        for (path,) in self._store.connection.execute(query):
            if path in self._owner:
                continue
            if root:
                inside = path == root or path.startswith(f"{root}/")
            else:
                inside = not any(path == other or path.startswith(f"{other}/") for other in others)
            if inside:
                found.add(path)
        return found

    def _hidden_units(self, root: str, paths: set[str]) -> frozenset[Unit]:
        return frozenset(
            unit
            for unit, touches in self._units.items()
            if unit[0] in paths and touches and root not in touches
        )

    def _rows(
        self, table: str, names: Sequence[str], hidden: frozenset[Unit]
    ) -> list[Sequence[Any]]:
        ends = [name for name in _PATHS if name in names and (table, name) not in _LOOSE]
        if not ends:
            return []
        where = " AND ".join(
            f"({name} IS NULL OR {name} IN (SELECT path FROM temp.chosen))" for name in ends[1:]
        )
        query = f"SELECT t.* FROM temp.chosen AS s JOIN main.{table} AS t ON t.{ends[0]} = s.path"
        rows = self._store.connection.execute(
            f"{query} WHERE {where}" if where else query
        ).fetchall()
        scopes = [
            (names.index(path), names.index(scope))
            for path, scope in _UNITS
            if path in names and scope in names
        ]
        if not hidden:
            return rows
        if table in _NAMED:
            path, name = names.index("path"), names.index("name")
            prefix = _NAMED[table]
            return [row for row in rows if (row[path], f"{prefix}:{row[name]}") not in hidden]
        return [
            row
            for row in rows
            if all((row[path], row[scope]) not in hidden for path, scope in scopes)
        ]

    def _commits(self, root: str) -> list[Sequence[Any]]:
        """Return the commits that touched the project, and every merge."""
        execute = self._store.connection.execute
        if execute("SELECT 1 FROM git_change LIMIT 1").fetchone() is None:
            return execute("SELECT * FROM git_commit").fetchall()
        below = f"{root}/" if root else ""
        return execute(
            "SELECT * FROM git_commit WHERE parents > 1 OR sha IN"
            " (SELECT sha FROM git_change WHERE substr(path, 1, ?) = ?)",
            (len(below), below),
        ).fetchall()

    def _draw(self, part: FactStore, paths: set[str], hidden: frozenset[Unit]) -> None:
        """Keep of the drawing of the whole what concerns the project."""
        execute = self._store.connection.execute
        nodes = [
            Node(*row)
            for row in execute("SELECT * FROM node")
            if row[3] in paths and (row[3], f"{row[1]}:{row[2]}") not in hidden
        ]
        known = {node.id for node in nodes}
        edges = [Edge(*row) for row in execute("SELECT * FROM edge")]
        kept = [edge for edge in edges if edge.source in known and edge.target in known]
        joined = {end for edge in kept for end in (edge.source, edge.target)}
        part.add_rows([node for node in nodes if node.id in joined])
        part.add_rows(kept)


#: Columns that hold a path of the repository; a row counts if all of them lie in the project.
_PATHS = ("path", "store", "target_path", "entry_path", "trigger_path")
#: Tables whose rows are units themselves, and how the scope of such a unit starts.
_NAMED = {"job": "job", "task": "task", "pipeline_stage": "stage"}
#: Path columns that do not decide: a run lies below its store, a version names its registry.
_LOOSE = frozenset({("run", "path"), ("registered_model", "store")})
_UNITS = (
    ("path", "scope"),
    ("target_path", "target_scope"),
    ("entry_path", "entry_scope"),
    ("trigger_path", "trigger_scope"),
)
