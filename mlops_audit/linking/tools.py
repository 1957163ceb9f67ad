"""What the tools of images, clusters, clouds and pipelines are given on their command line."""

import re
import shlex
from collections.abc import Callable, Sequence

from mlops_audit.linking.names import words
from mlops_audit.linking.wanted import NOTHING, Wanted, last_operand, option

CONTAINERS = words("docker podman nerdctl docker-compose podman-compose")
#: Options of `docker run` and `docker compose run` that are switches; the others take a value.
_SWITCHES = words(
    """
    -d -i -t -T -q -P -it -ti -dit -itd -id -di -td --detach --interactive --tty --rm --init
    --privileged --read-only --publish-all --no-deps --build --no-TTY --quiet --service-ports
    --no-healthcheck --oom-kill-disable --use-aliases --quiet-pull --remove-orphans
    """
)
_SUBSTITUTION = re.compile(r"\$\([^()]{0,500}\)|`[^`]{0,500}`")
_SHELLS = words("bash sh zsh dash")
_SCRIPT_OF_POOL = re.compile(r"(?:^|,)(local-package-path|script)=([\w./ -]{1,200})")


def inner_script(program: str, given: Sequence[str]) -> str:
    """Return the shell text that a container is started with, '' if its image decides."""
    inner = _inner_command(program, _SUBSTITUTION.sub("$value", " ".join(given)).split())
    if inner and inner[0].rpartition("/")[2] in _SHELLS and len(inner) > 2 and "c" in inner[1]:
        # The quotes around a script are gone: what follows `-c` is the script.
        return " ".join(inner[2:])
    return shlex.join(inner)


def _inner_command(program: str, given: Sequence[str]) -> list[str]:
    rest, compose = _verb(program, given)
    if rest[:1] not in (["run"], ["exec"]):
        return []
    entry = option(rest, ("--entrypoint",))
    operands = _operands(rest[1:])
    inner = operands[1:]
    if entry and not compose:
        return [entry, *inner]
    # Options alone go to the program that the image starts.
    return [] if inner and inner[0].startswith("-") else inner


def container(program: str, given: Sequence[str]) -> Sequence[Wanted]:
    """Return what `docker build`, `docker run IMAGE` or `docker compose …` is given."""
    rest, compose = _verb(program, given)
    if compose:
        file = option(given, ("-f", "--file"))
        operands = _operands(rest[1:])
        if rest[:1] == ["run"] and operands:
            return (Wanted("service", operands[0], file),)
        if not any(word in ("up", "build", "run", "create", "start") for word in rest):
            return NOTHING
        named = [Wanted("service", name, file) for name in operands] if rest[0] == "up" else []
        return tuple(named) or (Wanted("compose", file),)
    if rest[:1] == ["run"]:
        operands = _operands(rest[1:])
        return (Wanted("built", operands[0]),) if operands else NOTHING
    if rest[:1] != ["build"]:
        return NOTHING
    return (Wanted("image", option(rest, ("-f", "--file")), last_operand(rest[1:])),)


def _verb(program: str, given: Sequence[str]) -> tuple[list[str], bool]:
    """Return the words from the verb on, and whether it is one of Compose."""
    rest = [word for word in given if word not in ("buildx", "image", "builder", "container")]
    compose = program.endswith("-compose")
    if rest[:1] == ["compose"]:
        compose, rest = True, rest[1:]
    while compose and rest and rest[0].startswith("-"):
        rest = rest[1 if "=" in rest[0] or len(rest) < 2 else 2 :]
    return rest, compose


def _operands(given: Sequence[str]) -> list[str]:
    index = 0
    while index < len(given) and given[index].startswith("-") and len(given[index]) > 1:
        index += 1 if "=" in given[index] or given[index] in _SWITCHES else 2
    return list(given[index:])


def _az(given: Sequence[str]) -> Sequence[Wanted]:
    if given[:2] == ["acr", "build"]:
        return (Wanted("image", option(given, ("-f", "--file")), last_operand(given[2:])),)
    if given[:1] == ["deployment"] and "create" in given:
        template = option(given, ("-f", "--template-file"))
        return (Wanted("definition", template),) if template else NOTHING
    if given[:1] != ["ml"]:
        return NOTHING
    named = option(given, ("-f", "--file"))
    return (Wanted("pipeline-file", named),) if named else NOTHING


def _kubectl(given: Sequence[str]) -> Sequence[Wanted]:
    if not any(verb in given for verb in ("apply", "create", "replace")):
        return NOTHING
    named = [
        given[index + 1]
        for index, word in enumerate(given[:-1])
        if word in ("-f", "--filename", "-k", "--kustomize")
    ]
    named += [word.partition("=")[2] for word in given if word.startswith(("-f=", "--filename="))]
    return tuple(Wanted("folder", name) for name in named if name != "-") or NOTHING


def _helm(given: Sequence[str]) -> Sequence[Wanted]:
    if not given or given[0] not in ("install", "upgrade", "template"):
        return NOTHING
    charts = [word for word in given[1:] if "/" in word or word == "."]
    return tuple(Wanted("folder", chart) for chart in charts[:1]) or NOTHING


def _terraform(given: Sequence[str]) -> Sequence[Wanted]:
    folder = option(given, ("-chdir",))
    return (Wanted("terraform", folder),) if "apply" in given else NOTHING


def _template(*verbs: str, default: str) -> Callable[[Sequence[str]], Sequence[Wanted]]:
    def parse(given: Sequence[str]) -> Sequence[Wanted]:
        if not any(verb in given for verb in verbs):
            return NOTHING
        names = ("-t", "--template-file", "--template", "-c", "--config", "--entry-point", "-e")
        return (Wanted("definition", option(given, names) or default),)

    return parse


def _aws(given: Sequence[str]) -> Sequence[Wanted]:
    if given[:1] != ["cloudformation"]:
        return NOTHING
    template = option(given, ("--template-file", "--template-body")).removeprefix("file://")
    return (Wanted("definition", template),) if template else NOTHING


def _gcloud(given: Sequence[str]) -> Sequence[Wanted]:
    if "builds" in given and "submit" in given:
        config = option(given, ("--config",))
        return (Wanted("definition", config),) if config else NOTHING
    if "run" in given and "deploy" in given:
        # A service of Cloud Run starts the image that it is given.
        image = option(given, ("--image",))
        return (Wanted("built", image),) if image else NOTHING
    pool = dict(_SCRIPT_OF_POOL.findall(option(given, ("--worker-pool-spec",))))
    if "script" not in pool:
        return NOTHING
    folder = pool.get("local-package-path", "")
    return (Wanted("file", f"{folder}/{pool['script']}".lstrip("/")),)


def _databricks(given: Sequence[str]) -> Sequence[Wanted]:
    if given[:2] != ["bundle", "run"]:
        return NOTHING
    name = last_operand(given[2:])
    return (Wanted("declared", f"databricks/{name}"),) if name else NOTHING


def _snakemake(given: Sequence[str]) -> Sequence[Wanted]:
    file = option(given, ("-s", "--snakefile"))
    return (Wanted("definition", file or "Snakefile"), Wanted("definition", "workflow/Snakefile"))[
        : 1 if file else 2
    ]


def _nextflow(given: Sequence[str]) -> Sequence[Wanted]:
    operands = [word for word in given if not word.startswith("-")]
    if operands[:1] != ["run"]:
        return NOTHING
    name = operands[1] if len(operands) > 1 else "."
    return (Wanted("definition", name if name.endswith(".nf") else f"{name}/main.nf"),)


def _dbt(given: Sequence[str]) -> Sequence[Wanted]:
    verbs = ("run", "build", "test", "seed", "snapshot")
    if not any(word in verbs for word in given):
        return NOTHING
    folder = option(given, ("--project-dir",))
    return (Wanted("definition", f"{folder or '.'}/dbt_project.yml"),)


def _serve(given: Sequence[str]) -> Sequence[Wanted]:
    """`serve run app:scorer`, `serve deploy serve.yaml` of Ray."""
    operands = [word for word in given if not word.startswith("-")]
    if operands[:1] not in (["run"], ["deploy"]) or len(operands) < 2:
        return NOTHING
    name = operands[1]
    if name.endswith((".yaml", ".yml")):
        return (Wanted("definition", name),)
    module, colon, attribute = name.partition(":")
    return (Wanted("module", module, attribute),) if colon else NOTHING


def _anyscale(given: Sequence[str]) -> Sequence[Wanted]:
    """`anyscale job submit job.yaml`, `anyscale service rollout --service-config-file s.yaml`."""
    named = [word for word in given if word.endswith((".yaml", ".yml"))]
    started = any(verb in given for verb in ("submit", "rollout", "deploy"))
    return tuple(Wanted("definition", name) for name in named[:1]) if started else NOTHING


def _archiver(given: Sequence[str]) -> Sequence[Wanted]:
    handler = option(given, ("--handler",))
    return (Wanted("file", handler),) if handler.endswith(".py") else NOTHING


def _mlserver(given: Sequence[str]) -> Sequence[Wanted]:
    if given[:1] not in (["start"], ["build"]):
        return NOTHING
    folder = last_operand(given[1:]) or "."
    return (Wanted("definition", f"{folder}/model-settings.json"),)


TOOLS: dict[str, Callable[[Sequence[str]], Sequence[Wanted]]] = {
    "anyscale": _anyscale,
    "az": _az,
    "kubectl": _kubectl,
    "oc": _kubectl,
    "helm": _helm,
    "terraform": _terraform,
    "tofu": _terraform,
    "sam": _template("deploy", "build", "sync", default="template.yaml"),
    "serverless": _template("deploy", default="serverless.yml"),
    "sls": _template("deploy", default="serverless.yml"),
    "aws": _aws,
    "gcloud": _gcloud,
    "databricks": _databricks,
    "ploomber": _template("build", default="pipeline.yaml"),
    "snakemake": _snakemake,
    "nextflow": _nextflow,
    "dbt": _dbt,
    "serve": _serve,
    "torch-model-archiver": _archiver,
    "mlserver": _mlserver,
    "pre-commit": lambda given: (
        (Wanted("definition", ".pre-commit-config.yaml"),) if given[:1] == ["run"] else NOTHING
    ),
}
