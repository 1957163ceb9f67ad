"""Which file is which kind of manifest."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mlops_audit.readers.dependencies.conda import read_conda
from mlops_audit.readers.dependencies.locks import (
    read_json_lock,
    read_julia_manifest,
    read_text_lock,
    read_toml_lock,
)
from mlops_audit.readers.dependencies.others import (
    read_description,
    read_julia_project,
    read_package_json,
    read_sbt,
)
from mlops_audit.readers.dependencies.parsing import BadInputError, decode
from mlops_audit.readers.dependencies.pixi import read_pixi_file
from mlops_audit.readers.dependencies.poetry import read_pipfile
from mlops_audit.readers.dependencies.pyproject import read_pyproject
from mlops_audit.readers.dependencies.requirements import read_requirements
from mlops_audit.readers.dependencies.setup_files import read_setup_cfg, read_setup_py
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Diagnostic

_Read = Callable[[str, str], Iterable[Any]]

_BY_NAME: dict[str, _Read] = {
    "pyproject.toml": read_pyproject,
    "pixi.toml": read_pixi_file,
    "Pipfile": read_pipfile,
    "setup.cfg": read_setup_cfg,
    "setup.py": read_setup_py,
    "uv.lock": read_toml_lock,
    "poetry.lock": read_toml_lock,
    "pdm.lock": read_toml_lock,
    "pixi.lock": read_text_lock,
    "conda-lock.yml": read_text_lock,
    "conda-lock.yaml": read_text_lock,
    "Pipfile.lock": read_json_lock,
    "renv.lock": read_json_lock,
    "package-lock.json": read_json_lock,
    "npm-shrinkwrap.json": read_json_lock,
    "package.json": read_package_json,
    "DESCRIPTION": read_description,
    "Project.toml": read_julia_project,
    "JuliaProject.toml": read_julia_project,
    "Manifest.toml": read_julia_manifest,
    "build.sbt": read_sbt,
}

_REQUIREMENTS = re.compile(
    r"(?:^|/)(?:[\w.-]*[-_.])?(?:requirements?|reqs?|constraints?)(?:[-_.][\w.-]*)?\.(?:txt|in|pip)$"
    r"|(?:^|/)(?:requirements?|reqs?|constraints?)/[\w.-]+\.(?:txt|in|pip)$",
    re.IGNORECASE,
)
_CONDA = re.compile(
    r"(?:^|/)(?:[\w.-]*[-_.])?(?:environments?|env|[\w-]*conda[\w-]*|python_env)"
    r"(?:[-_.][\w.-]*)?\.ya?ml$"
    r"|(?:^|/)[\w-]*conda[\w-]*/[\w.-]+\.ya?ml$",
    re.IGNORECASE,
)
_CONDA_LOCK = re.compile(r"(?:^|/)[\w.-]*(?:conda-lock[\w.-]*\.ya?ml|conda[\w-]*\.lock)$", re.I)
_PYLOCK = re.compile(r"(?:^|/)pylock(?:\.[\w-]+)?\.toml$")
#: Environments that a run or a logged model recorded: observed, not declared.
_RECORDED = re.compile(r"(?:^|/)(?:mlruns|mlartifacts|wandb/(?:offline-)?run-[^/]+)/")


class DependencyReader:
    """Reads manifests, lock files and packaging metadata."""

    name = "dependencies"
    version = 3

    def accepts(self, file: SourceFile) -> bool:
        """Take files whose name is that of a manifest."""
        return _kind(file.path, file.name) is not None

    def read(self, file: SourceFile, content: bytes) -> Iterator[Any]:
        """Yield what the file declares, or one diagnostic."""
        read = _kind(file.path, file.name)
        if read is None:
            return
        try:
            yield from read(file.path, decode(content))
        except BadInputError as error:
            yield Diagnostic(file.path, None, self.name, str(error), True)


def _kind(path: str, name: str) -> _Read | None:
    found = _BY_NAME.get(name)
    if found is None and name.endswith((".txt", ".in", ".pip", ".yml", ".yaml", ".lock", ".toml")):
        if _CONDA_LOCK.search(path):
            found = read_text_lock
        elif _CONDA.search(path):
            found = read_conda
        elif _REQUIREMENTS.search(path):
            found = read_requirements
        elif _PYLOCK.search(path):
            found = read_toml_lock
    if found is not None and _RECORDED.search(path):
        return None
    return found
