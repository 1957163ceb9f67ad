"""The files that a configuration names: rule packs and technologies, found and laid out.

A configuration that lies in the audited repository speaks for that repository only: what it names
is read through the repository, so links out of it are not followed and any revision works, and is
laid out in a temporary folder for the loaders.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import NamedTuple

from mlops_audit.config.model import Configuration
from mlops_audit.errors import RulebookError, UsageError
from mlops_audit.repository.model import Repository
from mlops_audit.text import shown

_SUFFIXES = (".yaml", ".yml")


class Extras(NamedTuple):
    """Paths to load rules and technologies from."""

    rules: tuple[Path, ...]
    technologies: tuple[Path, ...]


@contextmanager
def extras(configuration: Configuration, repository: Repository) -> Iterator[Extras]:
    """Give the paths of the configuration's rules and technologies while the body runs.

    Raises:
        ConfigError: a name leads nowhere, or out of the repository.
    """
    if configuration.folder is not None:
        yield _beside(configuration, configuration.folder)
        return
    if not configuration.rules and not configuration.technologies:
        yield Extras((), ())
        return
    with TemporaryDirectory(prefix="mlops-audit-") as name:
        folder = Path(name).resolve()
        found = Extras(
            _laid_out(configuration, "rules", repository, folder),
            _laid_out(configuration, "technologies", repository, folder),
        )
        try:
            yield found
        except RulebookError as error:
            path = error.path.removeprefix(f"{folder}/")
            problem = error.problem.replace(f"{folder}/", "")
            raise RulebookError(path, problem, line=error.line, fix=error.fix) from None
        except UsageError as error:
            if f"{folder}/" not in str(error):
                raise
            raise UsageError(str(error).replace(f"{folder}/", "")) from None


def _beside(configuration: Configuration, folder: Path) -> Extras:
    def found(key: str, names: tuple[str, ...]) -> tuple[Path, ...]:
        paths = tuple(folder / name for name in names)
        for index, path in enumerate(paths):
            if not path.exists():
                raise configuration.error(
                    f"{key}[{index}]",
                    f"`{key}` names {shown(names[index])}, which does not exist.",
                    "Paths are relative to the configuration file.",
                )
        return paths

    return Extras(
        found("rules", configuration.rules), found("technologies", configuration.technologies)
    )


def _laid_out(
    configuration: Configuration, key: str, repository: Repository, folder: Path
) -> tuple[Path, ...]:
    names = configuration.rules if key == "rules" else configuration.technologies
    paths = []
    for index, name in enumerate(names):
        spot = f"{key}[{index}]"
        parts = PurePosixPath(name).parts
        inside = PurePosixPath(*(part for part in parts if part != "."))
        if name.startswith("/") or ".." in parts or not inside.parts:
            problem = f"`{key}` names {shown(name)}, which is no path inside the repository."
            fix = f"Give it on the command line: --{key} {shown(name)}"
            raise configuration.error(spot, problem, fix)
        wanted = [
            file.path
            for file in repository.files
            if file.path.endswith(_SUFFIXES)
            and (file.path == str(inside) or file.path.startswith(f"{inside}/"))
        ]
        for path in wanted:
            content = repository.read(path)
            if content is not None:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        if not wanted:
            problem = f"`{key}` names {shown(name)}, where the repository has no YAML file."
            raise configuration.error(spot, problem)
        paths.append(folder / inside)
    return tuple(paths)
