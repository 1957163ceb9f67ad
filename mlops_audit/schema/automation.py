"""Tables about what makes things run: CI, pipelines, images, task runners, shell.

Everything that runs commands is a *unit*, addressed like code by (path, scope): ``job:NAME`` in a
workflow, ``stage:NAME`` in a pipeline, ``task:NAME`` in a Makefile or tox file, ``''`` in a shell
script, a Dockerfile or a notebook.
"""

from typing import Annotated, NamedTuple

from mlops_audit.schema.table import CellIndex, Line, Path, Scope


class Workflow(NamedTuple):
    """One CI/CD definition file."""

    path: Path
    system: Annotated[
        str,
        "github-actions | gitlab-ci | azure-pipelines | jenkins | circleci | travis | bitbucket |"
        " cloud-build | code-build | pre-commit | action (composite)",
    ]
    name: Annotated[str, "declared name, else the file name"]
    live: Annotated[bool, "1 if the CI system reads a file at this place"]


class AutomationTrigger(NamedTuple):
    """Something that starts a workflow, pipeline or scheduled object."""

    path: Path
    line: Line
    scope: Annotated[str, "unit it starts; '' means every job of the file"]
    kind: Annotated[
        str,
        "push | pull_request | tag | schedule | manual | data_arrival | drift_alert | api |"
        " workflow (another workflow, name in detail) | reusable (called by other workflows)",
    ]
    detail: Annotated[str, "cron expression, branches, workflow name, …"]
    live: Annotated[bool, "0 if it is disabled, paused or lies where nothing reads it"]


class Job(NamedTuple):
    """One job of a workflow."""

    path: Path
    line: Line
    name: Annotated[str, "key of the job"]
    title: Annotated[str, "declared title"]
    needs: Annotated[str, "space-separated names of jobs it waits for"]
    environment: Annotated[str | None, "deployment environment"]
    uses: Annotated[str | None, "reusable workflow or template it runs"]
    condition: Annotated[str | None, "if: as written"]
    image: Annotated[str | None, "container image"]
    permissions: Annotated[
        str | None, "permissions as compact JSON (of the job, else the workflow)"
    ]
    disabled: Annotated[bool, "1 for if: false and the like"]


class Step(NamedTuple):
    """One step of a job."""

    path: Path
    line: Line
    scope: Annotated[str, "job:NAME"]
    position: Annotated[int, "0-based"]
    name: Annotated[str, "declared name"]
    uses: Annotated[str | None, "action reference owner/name@ref, or template/task name"]
    run: Annotated[str | None, "shell text, at most 4,000 characters"]
    condition: Annotated[str | None, "if: as written"]
    tolerated: Annotated[bool, "1 if its failure is ignored (continue-on-error)"]
    inputs: Annotated[str, "with:/inputs: as compact JSON"]


class Command(NamedTuple):
    """One simple command, wherever it is written (CI step, stage, Dockerfile, Makefile, !shell)."""

    path: Path
    cell: CellIndex
    line: Line
    scope: Scope
    position: Annotated[int, "unique inside the file, in order"]
    program: Annotated[
        str, "base name of the program after unwrapping env, sudo, uv run, poetry run …"
    ]
    arguments: Annotated[str, "arguments after the program, joined by one space"]
    text: Annotated[str, "the command as written, at most 500 characters"]
    runner: Annotated[str, "what it was unwrapped from: 'uv run', 'poetry run', '' …"]
    directory: Annotated[str, "working directory relative to the repository, '' if unknown or root"]
    tolerated: Annotated[bool, "1 if followed by || true or in a step whose failure is ignored"]
    invoked: Annotated[str, "program as written, with its folder: ./scripts/train.sh"] = ""


class Task(NamedTuple):
    """A target of make, tox, nox, just, invoke, npm scripts, poe …"""

    path: Path
    line: Line
    runner: Annotated[
        str, "make | tox | nox | just | invoke | npm | poe | pdm | hatch | task | mise"
    ]
    name: Annotated[str, "task name"]
    needs: Annotated[str, "space-separated prerequisites that are tasks"]


class PipelineStage(NamedTuple):
    """One step of a declared pipeline (DVC stage, MLproject entry point, Azure ML job, …)."""

    path: Path
    line: Line
    system: Annotated[
        str, "dvc | mlproject | azureml | kubeflow | databricks | argo | ploomber | snakemake | …"
    ]
    pipeline: Annotated[str, "name of the pipeline, '' if it has none"]
    name: Annotated[str, "stage name; its unit is 'stage:NAME'"]
    kind: Annotated[str, "stage | command-job | sweep-job | pipeline-job | component | entry-point"]
    frozen: Annotated[bool, "1 if it is switched off"]


class StageItem(NamedTuple):
    """An input or output of a pipeline stage."""

    path: Path
    line: Line
    stage: Annotated[str, "stage name"]
    kind: Annotated[str, "dep | out | param | metric | plot | needs"]
    value: Annotated[str, "path, parameter or stage, as written"]


class UnitLink(NamedTuple):
    """What a unit of an automation file starts or holds, other than by a command.

    The service of a Compose file builds an image, a chart holds templates, a Terraform rule starts
    a function: what is meant is found in the whole repository when the facts are linked.
    """

    path: Path
    line: Line
    scope: Annotated[str, "unit that starts; '' is the file"]
    kind: Annotated[
        str,
        "part (a unit of the same file) | file | folder (the definitions in it) | handler"
        " (folder|module.function) | module (module:name) | image | include (of a CI file) |"
        " declared (what another file declares, by kind/name) | declares (this unit is known by"
        " kind/name)",
    ]
    target: Annotated[str, "scope, path, dotted name, image or kind/name, as the kind says"]


class LockStage(NamedTuple):
    """What a pipeline lock (dvc.lock) or data pointer (*.dvc) recorded."""

    path: Path
    line: Line
    stage: Annotated[str, "stage name, '' for a data pointer"]
    kind: Annotated[str, "cmd | dep | out | param"]
    value: Annotated[str, "command, path or parameter name"]
    hash: Annotated[str | None, "content hash, or the recorded parameter value"]
    size: Annotated[int | None, "bytes"]
