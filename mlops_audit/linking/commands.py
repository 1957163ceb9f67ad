"""Command targets: which unit of the repository a command runs."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from posixpath import basename, dirname, join, normpath
from typing import NamedTuple

from mlops_audit.linking.definitions import Definitions
from mlops_audit.linking.index import CodeIndex, Unit
from mlops_audit.linking.programs import wanted
from mlops_audit.linking.wanted import Wanted
from mlops_audit.schema import CommandTarget

_TASK_FILES = {
    "make": ("Makefile", "makefile", "GNUmakefile"),
    "npm": ("package.json",),
    "just": ("justfile", "Justfile", ".justfile"),
    "tox": ("tox.ini", "pyproject.toml", "setup.cfg", "tox.toml"),
    "nox": ("noxfile.py",),
}
_MISE_FOLDERS = ("mise-tasks", ".mise-tasks", "mise/tasks", ".mise/tasks", ".config/mise/tasks")
#: What may as well lie elsewhere: nothing is missing if it is not here.
_DEFINED = frozenset({"declared", "service", "built", "folder", "terraform", "definition"})
#: Runners of environments that run tasks of the same name as well.
_TASK_PREFIXES = frozenset({"pdm run", "hatch run", "pixi run", "rye run"})
_COMPOSE = ("docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml")


class Result(NamedTuple):
    """What was found for one wanted thing."""

    status: str
    units: tuple[Unit, ...]
    detail: str


class CommandIndex:
    """Looks up what commands name among the units of the repository."""

    def __init__(self, connection: sqlite3.Connection, index: CodeIndex) -> None:
        """Read tasks, stages, console scripts and file names out of the fact tables."""
        self.index = index
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for path in sorted(index.files):
            self._by_name[basename(path)].append(path)
        self._folders = {""}
        for path in index.files:
            folder = dirname(path)
            while folder not in self._folders:
                self._folders.add(folder)
                folder = dirname(folder)
        self._tasks: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._first_task: dict[str, str] = {}
        query = "SELECT runner, name, path FROM task ORDER BY path, line, name"
        for runner, name, path in connection.execute(query):
            self._tasks[(runner, name)].append(path)
            self._first_task.setdefault(path, name)
        self._stages: dict[str, list[tuple[str, str]]] = defaultdict(list)
        query = "SELECT path, system, name FROM pipeline_stage ORDER BY path, line, name"
        for path, system, name in connection.execute(query):
            self._stages[path].append((system, name))
        self._console: dict[str, list[tuple[str, str]]] = defaultdict(list)
        query = "SELECT name, path, target FROM console_script ORDER BY path, name"
        for name, path, target in connection.execute(query):
            self._console[name].append((path, target))
        self.definitions = Definitions(connection, index.files)
        self._workflows = dict(
            connection.execute("SELECT name, path FROM workflow ORDER BY path DESC")
        )

    # -- lookup ------------------------------------------------------------------------------

    def look_up(
        self, want: Wanted, path: str, directory: str, scope: str = "", runner: str = ""
    ) -> Result:
        """Return the units that a wanted thing of a command in `path` means.

        `runner` is what the command was unwrapped from: `pdm run train` may be a task.
        """
        if want.inside:
            # Paths of an image need not be those of the repository: what is not here is elsewhere.
            found = self._look_up(want, path, directory, runner)
            return found if found.units else Result("external", (), want.name)
        return self._look_up(want, path, directory, runner)

    def _look_up(self, want: Wanted, path: str, directory: str, runner: str) -> Result:
        name = want.name
        if want.kind == "nothing":
            return Result("external", (), "")
        if want.kind in _DEFINED:
            return self._defined(want, path, directory)
        if want.kind == "unknown" or _variable(name):
            return Result("unresolved", (), name)
        if want.kind == "file":
            return self._file(name, path, directory, want.detail)
        if want.kind == "module":
            return self._module(name, path, directory, want.detail)
        if want.kind == "flask":
            return self._flask(path, directory)
        if want.kind == "console":
            return self._console_script(name, path, directory, runner)
        if want.kind == "task":
            return self._task(name, want.detail, path, directory)
        if want.kind == "tests":
            return self._tests(name, path, directory)
        if want.kind == "stages":
            return self._stage(name, path, directory)
        if want.kind == "project":
            return self._project(name, want.detail, path, directory)
        if want.kind == "image":
            return self._image(name, want.detail, path, directory)
        if want.kind == "compose":
            return self._compose(name, path, directory)
        if want.kind == "pipeline-file":
            return self._pipeline_file(name, path, directory)
        if want.kind == "workflow":
            known = self._workflows.get(name)
            return _result([Unit(known, "")] if known else [], name)
        if want.kind == "kedro":
            return _result(self._kedro(), "kedro pipelines")
        raise AssertionError(want.kind)

    def _defined(self, want: Wanted, path: str, directory: str) -> Result:
        """Return what a tool is given: definitions that may as well lie elsewhere."""
        units: list[Unit] = []
        name = want.name
        if want.kind == "declared":
            units = self.definitions.declared(name, path)
        elif want.kind == "service":
            units = self.definitions.service(name, want.detail, directory)
        elif want.kind == "built":
            known = self.definitions.image(name, self.dockerfile)
            units = [known[0]] if known else []
        else:
            for base in self._bases(path, directory):
                place = normpath(join(base, name or "."))
                if place in self.index.files and want.kind != "terraform":
                    units = [Unit(place, "")]
                elif want.kind == "folder":
                    units = self.definitions.folder(place)
                elif want.kind == "terraform":
                    units = self.definitions.terraform(place)
                if units:
                    break
        return Result("resolved" if units else "external", tuple(units), name)

    def dockerfile(self, file: str, context: str, path: str, directory: str) -> Unit | None:
        """Return the Dockerfile of a build."""
        if _variable(file) or _variable(context):
            return None
        return next(iter(self._image(file, context, path, directory).units), None)

    def _bases(self, path: str, directory: str) -> list[str]:
        """Return the folders that a relative path may start from, likeliest first."""
        return list(dict.fromkeys((directory.strip("/"), "", dirname(path))))

    def find(self, name: str, path: str, directory: str) -> str | None:
        """Return the file of the repository that a path in a command names."""
        plain = name.replace("\\", "/")
        if plain.startswith(("~", "http:", "https:")):
            return None
        inside = not plain.startswith("/")
        if inside:
            for base in self._bases(path, directory):
                found = normpath(join(base, plain))
                if found in self.index.files:
                    return found
        # In an image or a remote job the working folder is another one: the tail must match.
        if plain.startswith("../"):
            return None
        parts = [part for part in plain.split("/") if part not in ("", ".")]
        tails = range(len(parts)) if not inside else range(1)
        for start in tails:
            tail = "/".join(parts[start:])
            candidates = [
                known
                for known in self._by_name.get(parts[-1], ())
                if known == tail or known.endswith(f"/{tail}")
            ]
            near = [known for known in candidates if _below(known, dirname(path))]
            for choice in (near, candidates):
                if len(choice) == 1:
                    return choice[0]
        return None

    def _file(self, name: str, path: str, directory: str, attribute: str) -> Result:
        if not name or name == "-":
            return Result("external", (), name)
        found = self.find(name, path, directory)
        if found is None:
            for base in self._bases(path, directory):
                package = normpath(join(base, name, "__main__.py"))
                if package in self.index.files:
                    found = package
        if found is None and "/" in name and "." not in basename(name):
            # Databricks names a notebook by its path without the suffix.
            notebooks = (self.find(name + suffix, path, directory) for suffix in (".py", ".ipynb"))
            found = next((notebook for notebook in notebooks if notebook is not None), None)
        if found is None:
            outside = name.startswith(("/", "~", "http", "../"))
            return Result("unresolved" if outside else "missing", (), name)
        units = [Unit(found, "")]
        if attribute in self.index.definitions.get(found, ()):
            units.append(Unit(found, attribute))
        return Result("resolved", tuple(units), name)

    def _module(self, name: str, path: str, directory: str, attribute: str) -> Result:
        importer = join(directory, "x.py") if directory else "x.py"
        for start in (importer, path):
            for module in (f"{name}.__main__", name):
                found = self.index.module(module, start)
                if found is not None:
                    units = [Unit(found[0], "")]
                    factory = attribute.partition("(")[0]
                    named = self.index.resolve(f"{name}.{factory}", start) if factory else None
                    if named is not None and named.kind != "module":
                        units.append(named.unit)
                    return Result("resolved", tuple(units), name)
        first = name.partition(".")[0]
        own = any(part in self._folders for part in (first, f"src/{first}", join(directory, first)))
        return Result("missing" if own else "external", (), name)

    def _flask(self, path: str, directory: str) -> Result:
        for module in ("wsgi", "app", "main"):
            found = self._module(module, path, directory, "")
            if found.status == "resolved":
                return found
        return Result("unresolved", (), "flask application")

    def _console_script(self, name: str, path: str, directory: str, runner: str) -> Result:
        scripts = self._console.get(name)
        if scripts:
            home, target = min(scripts, key=lambda item: (not _below(path, dirname(item[0])), item))
            module, _, function = target.partition(":")
            return self._module(module.strip(), home, dirname(home), function.strip().split(" ")[0])
        local = self.find(name, path, directory) if "/" in name else None
        if local is not None:
            return Result("resolved", (Unit(local, ""),), name)
        if runner in _TASK_PREFIXES:
            task = self._task(name, runner.partition(" ")[0], path, directory)
            if task.units:
                return task
        return Result("external", (), name)

    def _task(self, name: str, runner: str, path: str, directory: str) -> Result:
        program, _, folder = runner.partition(" ")
        base = normpath(join(directory, folder)) if folder else directory
        base = "" if base == "." else base
        if not name:
            for file in _TASK_FILES.get(program, ()):
                home = join(base, file)
                if home in self._first_task and program == "make":
                    return _result([Unit(home, f"task:{self._first_task[home]}")], program)
            own = [
                Unit(home, f"task:{task}")
                for (kind, task), homes in sorted(self._tasks.items())
                for home in homes
                if kind == program and dirname(home) == base
            ]
            return Result("resolved" if own else "unresolved", tuple(own), program)
        for near in dict.fromkeys((base, "", dirname(path))):
            for key in (name, name.partition("-")[0] if program == "tox" else name):
                homes = [h for h in self._tasks.get((program, key), ()) if dirname(h) == near]
                if homes:
                    return _result([Unit(homes[0], f"task:{key}")], name)
        anywhere = self._tasks.get((program, name), ())
        if len(anywhere) == 1:
            return _result([Unit(anywhere[0], f"task:{name}")], name)
        if program == "mise":
            # A task may also be a file of its own: `mise-tasks/train`, `mise-tasks/data/load`.
            for folder in _MISE_FOLDERS:
                home = join(base, folder, name.replace(":", "/"))
                for file in (home, f"{home}.sh", f"{home}.py"):
                    if file in self.index.files:
                        return _result([Unit(file, "")], name)
        return Result("missing", (), f"{program} {name}")

    def _tests(self, name: str, path: str, directory: str) -> Result:
        folders = [directory.strip("/"), ""] if not name else []
        folders += [normpath(join(base, name)) for base in self._bases(path, directory) if name]
        for folder in folders:
            folder = "" if folder == "." else folder
            tests = [
                Unit(file, "")
                for file in sorted(self.index.modules)
                if (file == folder or _below(file, folder))
                and (file == folder or is_test_file(file))
            ]
            if tests:
                return Result("resolved", tuple(tests), name or "tests")
        return Result("missing" if name else "external", (), name or "tests")

    def _stage(self, name: str, path: str, directory: str) -> Result:
        file, _, stage = name.rpartition(":")
        homes = [file] if file.endswith("dvc.yaml") else []
        homes += [join(base, "dvc.yaml").lstrip("/") for base in self._bases(path, directory)]
        every = [home for home, kinds in sorted(self._stages.items()) if kinds[0][0] == "dvc"]
        for home in [*homes, *(every if len(every) == 1 else ())]:
            stages = [known for system, known in self._stages.get(home, ()) if system == "dvc"]
            if stage and not stage.endswith("dvc.yaml"):
                group = stage.partition("@")[0]  # `build@us` is one of the loop `build`
                stages = [
                    known
                    for known in stages
                    if known in (stage, group) or known.startswith(f"{stage}@")
                ]
            if stages:
                return _result([Unit(home, f"stage:{known}") for known in stages], name)
        return Result("missing", (), name or "dvc.yaml")

    def _project(self, name: str, entry: str, path: str, directory: str) -> Result:
        if "://" in name:
            return Result("external", (), name)
        for base in self._bases(path, directory):
            home = normpath(join(base, name, "MLproject"))
            if home in self.index.files:
                return _result([Unit(home, f"stage:{entry}")], f"{name} {entry}")
        return Result("missing", (), join(name, "MLproject"))

    def _image(self, name: str, context: str, path: str, directory: str) -> Result:
        if name:
            found = self.find(name, path, directory)
        else:
            found = self.find(join(context or ".", "Dockerfile"), path, directory)
        return _result([Unit(found, "")] if found else [], name or join(context, "Dockerfile"))

    def _compose(self, name: str, path: str, directory: str) -> Result:
        for file in (name,) if name else _COMPOSE:
            found = self.find(file, path, directory)
            if found is not None:
                return _result([Unit(found, "")], file)
        return Result("missing", (), name or _COMPOSE[0])

    def _pipeline_file(self, name: str, path: str, directory: str) -> Result:
        found = self.find(name, path, directory)
        return _result([Unit(found, "")] if found else [], name)

    def _kedro(self) -> list[Unit]:
        return [
            Unit(path, name)
            for path, names in sorted(self.index.definitions.items())
            for name in ("register_pipelines", "create_pipeline")
            if name in names and "pipeline" in path
        ]


def command_targets(connection: sqlite3.Connection, commands: CommandIndex) -> list[CommandTarget]:
    """Return what every command of the repository runs, sorted."""
    query = (
        "SELECT path, position, scope, program, arguments, directory, runner FROM command"
        " ORDER BY path, position"
    )
    memo: dict[tuple[str, str, str, str, str], Sequence[Result]] = {}
    found: list[CommandTarget] = []
    imaged = _imaged(connection)
    for path, position, scope, program, arguments, directory, runner in connection.execute(
        query
    ).fetchall():
        key = (path, program, arguments, directory, runner)
        if key not in memo:
            memo[key] = [
                commands.look_up(want, path, directory, scope, runner)
                for want in wanted(program, arguments)
            ]
        for result in memo[key]:
            if result.status == "missing" and path in imaged:
                # The files of an image need not be those of the repository.
                result = Result("external", (), result.detail)
            found.extend(_rows(path, position, result))
    return list(dict.fromkeys(found))


def _imaged(connection: sqlite3.Connection) -> set[str]:
    """Return the files whose commands run in images: manifests and Compose files."""
    query = "SELECT DISTINCT path FROM image_base WHERE source = 'kubernetes'"
    found = {path for (path,) in connection.execute(query)}
    query = "SELECT DISTINCT path FROM unit_link WHERE kind = 'part'"
    return found | {
        path for (path,) in connection.execute(query) if "compose" in basename(path).lower()
    }


def _rows(path: str, position: int, result: Result) -> Iterator[CommandTarget]:
    for unit in result.units:
        yield CommandTarget(path, position, result.status, *unit, result.detail)
    if not result.units:
        yield CommandTarget(path, position, result.status, None, None, result.detail)


def _result(units: Sequence[Unit], detail: str) -> Result:
    return Result("resolved" if units else "missing", tuple(units), detail)


def _variable(name: str) -> bool:
    return any(mark in name for mark in ("$", "{{", "${", "<", "*", "`"))


def _below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def is_test_file(path: str) -> bool:
    """Tell whether pytest would collect the file."""
    name = basename(path)
    return name.startswith("test_") or name.endswith("_test.py") or name == "tests.py"
