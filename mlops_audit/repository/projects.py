"""Projects of a monorepo, by place and name; in doubt the whole repository is one project."""

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import Project

_PIPELINES = frozenset({"mlproject", "dvc.yaml", "databricks.yml", "databricks.yaml"})
_DEPENDENCIES = re.compile(
    r"pyproject\.toml|setup\.(?:py|cfg)|pipfile|requirements[\w.-]{0,40}\.(?:txt|in)"
    r"|(?:[\w-]{1,40}[_-])?(?:environment|conda|conda_env|python_env|env)\.ya?ml"
    r"|project\.toml|renv\.lock"
)
#: Code of a unit with a lifecycle of its own is more than a service: it explores or trains.
_TRAINING = re.compile(
    r"(?:.*[_-])?(?:re)?(?:train|training|trainer|fit|finetune|fine_tune)(?:[_-].*)?"
)
#: Names of *parts* of one project; such a folder stands for the folder that holds it.
_PARTS = frozenset(
    {
        "api",
        "app",
        "apps",
        "airflow",
        "backend",
        "batch",
        "client",
        "code",
        "dags",
        "data",
        "deploy",
    }
    | {"deployment", "docker", "eda", "evaluation", "experiment", "experiments", "exploration"}
    | {
        "flows",
        "frontend",
        "inference",
        "infra",
        "infrastructure",
        "lib",
        "ml",
        "model",
        "modeling",
    }
    | {"modelling", "models", "monitoring", "notebook", "notebooks", "orchestration", "pipeline"}
    | {"pipelines", "predict", "prediction", "preprocess", "preprocessing", "registry", "research"}
    | {"scoring", "scripts", "server", "serve", "serving", "src", "streamlit", "train", "trainer"}
    | {
        "training",
        "ui",
        "web",
        "webapp",
        "worker",
        "workflows",
        "mlops",
        "python",
        "conf",
        "config",
    }
    | {"requirements", "env", "envs", "environment", "environments", "conda", "dependencies"}
)
#: Folders whose children are parts: `components/prepare`, `steps/train`, `services/api`.
_PART_HOLDERS = frozenset(
    {"components", "component", "steps", "stages", "functions", "lambdas", "plugins", "containers"}
    | {
        "images",
        "docker",
        "src",
        "environments",
        "envs",
        "tools",
        "utils",
        "libs",
        "conf",
        "config",
    }
    | {"pipelines", "pipeline", "dags", "jobs", "tasks", "notebooks", "models"}
)
_ROLES = frozenset({"source", "docs"})
_CODE = frozenset({"python", "notebook", "r", "scala", "julia"})


@dataclass(slots=True)
class _Candidate:
    evidence: list[str] = field(default_factory=list)
    pipeline: bool = False
    dependency: bool = False
    service: bool = False
    code: int = 0
    lifecycle: bool = False

    @property
    def full(self) -> bool:
        return self.code > 0 and (self.pipeline or (self.dependency and self.lifecycle))


def find_projects(
    files: Iterable[SourceFile], name: str, read: Callable[[str], bytes | None]
) -> tuple[Project, ...]:
    """Return the projects, sorted by root; the root alone unless two others stand out."""
    own = [file for file in files if file.role in _ROLES]
    roots = _candidates(own)
    _count_code(own, roots)
    chosen = _choose(own, roots)
    if len(chosen) < 2:
        return (_project("", roots.get("", _Candidate()), name, read),)
    return tuple(
        _project(root, roots[root], root.rpartition("/")[2] or name, read) for root in chosen
    )


def _candidates(files: Iterable[SourceFile]) -> dict[str, _Candidate]:
    roots: dict[str, _Candidate] = {}
    for file in files:
        name = file.name.lower()
        pipeline = name in _PIPELINES
        if pipeline or _DEPENDENCIES.fullmatch(name):
            root = _lift(file.path.rpartition("/")[0])
            candidate = roots.setdefault(root, _Candidate())
            candidate.evidence.append(file.path)
            candidate.pipeline |= pipeline
            candidate.dependency |= not pipeline
    return roots


def _lift(folder: str) -> str:
    """Return the folder that a part of a project belongs to."""
    parts = folder.split("/") if folder else []
    hidden = next((index for index, part in enumerate(parts) if part.startswith(".")), None)
    if hidden is not None:
        parts = parts[:hidden]
    while parts:
        if parts[-1].lower() in _PARTS:
            parts.pop()
        elif len(parts) > 1 and parts[-2].lower() in _PART_HOLDERS:
            parts = parts[:-2]
        else:
            break
    return "/".join(parts)


def _count_code(files: Iterable[SourceFile], roots: dict[str, _Candidate]) -> None:
    """Attribute each code file to every candidate above it."""
    for file in files:
        is_code = file.kind in _CODE
        if not is_code and file.kind != "dockerfile":
            continue
        parts = file.path.split("/")
        trains = file.kind == "notebook" or any(
            _TRAINING.fullmatch(part.rpartition(".")[0].lower() or part.lower()) for part in parts
        )
        for depth in range(len(parts)):
            candidate = roots.get("/".join(parts[:depth]))
            if candidate is not None:
                candidate.code += is_code
                candidate.service |= not is_code
                candidate.lifecycle |= is_code and trains


def _choose(files: list[SourceFile], roots: dict[str, _Candidate]) -> list[str]:
    root = roots.get("", _Candidate())
    # A pipeline at the root calls what lies below: its parts are not projects.
    if any("/" not in path for path in root.evidence) and root.pipeline:
        return []
    full = [folder for folder, candidate in roots.items() if folder and candidate.full]
    outermost = [folder for folder in full if not any(_below(folder, other) for other in full)]
    if not outermost:
        return []
    covered = sum(roots[folder].code for folder in outermost)
    total = sum(file.kind in _CODE for file in files)
    # With dependencies of its own and most of the code, the root is the project.
    needed = 0.6 if root.dependency else 0.4
    if covered < needed * total:
        return []
    alike = [
        folder
        for folder, candidate in roots.items()
        if folder
        and folder not in outermost
        and candidate.dependency
        and candidate.code
        and not any(_below(folder, other) for other in outermost)
        and sum(_siblings(folder, other) for other in outermost) >= 2
    ]
    chosen = outermost + alike
    if root.dependency and total - covered > 0.2 * total and len(chosen) > 1:
        chosen.append("")
    return sorted(chosen)


def _below(folder: str, other: str) -> bool:
    return folder.startswith(f"{other}/")


def _siblings(folder: str, other: str) -> bool:
    return folder.rpartition("/")[0] == other.rpartition("/")[0]


def project_of(path: str, projects: Iterable[Project]) -> str:
    """Return the root of the project that a path belongs to, '' for the repository itself."""
    roots = [project.root for project in projects if _below(path, project.root) and project.root]
    return max(roots, key=len, default="")


def _project(
    root: str, candidate: _Candidate, name: str, read: Callable[[str], bytes | None]
) -> Project:
    evidence = sorted(candidate.evidence)
    declared = next((found for path in evidence if (found := _declared(path, root, read))), None)
    return Project(root=root, name=declared or name, evidence=", ".join(evidence[:20]))


def _declared(path: str, root: str, read: Callable[[str], bytes | None]) -> str | None:
    folder, _, name = path.rpartition("/")
    if folder != root or name.lower() not in ("pyproject.toml", "mlproject"):
        return None
    content = (read(path) or b"").decode("utf-8", "replace")
    if name.lower() == "mlproject":
        match = re.search(
            r"^name:[ \t]{0,20}['\"]?([\w .-]{1,100}?)['\"]?[ \t]{0,20}$", content, re.M
        )
        return match[1].strip() if match else None
    try:
        data = tomllib.loads(content)
    except (ValueError, RecursionError):
        return None
    for table in (data.get("project"), (data.get("tool") or {}).get("poetry")):
        value = table.get("name") if isinstance(table, dict) else None
        if isinstance(value, str) and value.strip():
            return value.strip()[:100]
    return None
