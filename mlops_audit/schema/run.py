"""Tables about the traces that training left behind."""

from typing import Annotated, NamedTuple

from mlops_audit.schema.table import Line, Path

StorePath = Annotated[
    str, "path of the store inside the repository, or the address of a tracking store outside it"
]
RunId = Annotated[str, "run id inside the store"]


class RunStore(NamedTuple):
    """A store of run logs."""

    path: StorePath
    kind: Annotated[
        str,
        "mlflow-files | mlflow-db | mlflow-server | wandb | tensorboard | dvclive | lightning |"
        " hf-trainer | ultralytics | hydra | sacred | optuna | catboost | keras | ray-tune |"
        " guild | papermill | aim | clearml | comet | neptune | azureml | sagemaker | kedro |"
        " metaflow | zenml | metrics-file | text-log | dvc-metrics | other",
    ]
    runs: Annotated[int, "runs found in it"]


class Run(NamedTuple):
    """One run."""

    store: StorePath
    run: RunId
    path: Annotated[str, "file or folder of the run"]
    experiment: Annotated[str, "experiment name or id, '' if there is none"]
    name: Annotated[str, "run name"]
    status: Annotated[str, "finished | failed | killed | running | scheduled | unknown"]
    deleted: Annotated[bool, "1 if it is in the trash"]
    started_at: Annotated[int | None, "Unix seconds, UTC"]
    ended_at: Annotated[int | None, "Unix seconds, UTC"]
    source: Annotated[str | None, "entry point it recorded"]
    commit_sha: Annotated[str | None, "commit it recorded"]
    user: Annotated[str | None, "who started it"]
    parent: Annotated[str | None, "parent run"]
    dirty: Annotated[bool | None, "1 if it recorded changes that were not committed"] = None


class RunParameter(NamedTuple):
    """One parameter of a run."""

    store: StorePath
    run: RunId
    key: Annotated[str, "name"]
    value: Annotated[str, "at most 500 characters"]


class RunMetric(NamedTuple):
    """One metric of a run, last value."""

    store: StorePath
    run: RunId
    key: Annotated[str, "name, with / for sub-folders"]
    value: Annotated[float | None, "last value; NULL if it is not a finite number"]
    points: Annotated[int, "values recorded"]
    system: Annotated[bool, "1 for system metrics, step, epoch, learning rate and runtimes"]


class RunPoint(NamedTuple):
    """One value of a metric; of a long history the ends, the extremes and some between."""

    store: StorePath
    run: RunId
    key: Annotated[str, "name of the metric"]
    step: Annotated[int | None, "step, epoch or iteration"]
    time: Annotated[int | None, "Unix seconds, UTC"]
    value: Annotated[float | None, "NULL if it is not a finite number"]


class RunArtifact(NamedTuple):
    """A file or folder that a run kept."""

    store: StorePath
    run: RunId
    name: Annotated[str, "path of the artifact inside the run, or its name"]
    kind: Annotated[str, "model | checkpoint | data | image | file"]
    size: Annotated[int | None, "bytes"]


class RunEnvironment(NamedTuple):
    """What a run says about where it ran: versions, machine, command line."""

    store: StorePath
    run: RunId
    key: Annotated[str, "python | os | host | cpu | gpu | image | command | packages | other names"]
    value: Annotated[str, "at most 500 characters, secrets masked"]


class RunTag(NamedTuple):
    """One tag of a run."""

    store: StorePath
    run: RunId
    key: Annotated[str, "name"]
    value: Annotated[str, "at most 500 characters, secrets masked"]


class RunInput(NamedTuple):
    """A data set that a run used."""

    store: StorePath
    run: RunId
    name: Annotated[str, "data set"]
    digest: Annotated[str | None, "content digest or version"]
    context: Annotated[str | None, "training | evaluation | …"]


class RegisteredModel(NamedTuple):
    """A version in a model registry that was found on disk."""

    path: Path
    line: Line
    store: Annotated[str, "mlflow | gto | dvc | azureml | other"]
    name: Annotated[str, "model"]
    version: Annotated[str, "version"]
    stage: Annotated[str | None, "stage or alias"]
    run: Annotated[str | None, "run that made it"]
