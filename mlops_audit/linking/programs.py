"""What the words of a command line name: files, modules, tasks, pipelines, images.

`Wanted` says what to look for; `commands` looks it up among the units of the repository.
"""

import re
import shlex
from collections.abc import Callable, Sequence

from mlops_audit.linking import tools
from mlops_audit.linking.names import words
from mlops_audit.linking.wanted import NOTHING, Wanted, option, split
from mlops_audit.readers.shell import commands

_EXPRESSION = re.compile(r"\$\{\{[^{}]{0,300}\}\}")
_PYTHON = words("python python2 python3 pypy pypy3 pythonw ipython py")
_SHELLS = words("bash sh zsh dash ksh source .")
_SERVERS = words("uvicorn gunicorn hypercorn granian daphne waitress-serve waitress")
_TASK_RUNNERS = words(
    "make gmake just tox nox invoke inv poe npm yarn pnpm task mise hatch pdm pixi rye"
)
#: Options of Python that take a value in the next word.
_PYTHON_VALUES = words("-W -X -Q --check-hash-based-pycs")
#: Options of launchers that are switches; every other option without `=` takes a value.
_SWITCHES = words(
    """
    --standalone --no-python --no_python --module --multi_gpu --cpu --tpu --use_deepspeed
    --use_fsdp --headless --reload --debug --no-local-rank --cpu_bind --force_multi
    """
)


def wanted(program: str, arguments: str) -> Sequence[Wanted]:
    """Return what a command names, `NOTHING` for a program that runs nothing of the repository."""
    given = split(arguments)
    if any(mark in program for mark in ("$", "{{", "<")):
        return (Wanted("unknown", program),)
    if program in _PYTHON or program.startswith("python3."):
        return _python(given)
    if program in _SHELLS:
        return _shell(given)
    if program in _SERVERS:
        return _application(_operand(given))
    if program in _TASK_RUNNERS:
        return _tasks(program, given)
    special = _PROGRAMS.get(program) or tools.TOOLS.get(program)
    if special is not None:
        return special(given)
    if program in tools.CONTAINERS:
        return _contained(program, given)
    if program.endswith((".py", ".sh", ".bash", ".ipynb", ".R", ".r", ".jl")):
        return (Wanted("file", program),)
    found = [Wanted("console", program)]
    if named := option(given, ("--module-name",)):
        # The templates of SageMaker projects name the module of the pipeline.
        found.append(Wanted("module", named, "get_pipeline", inside=True))
    return found


def _contained(program: str, given: Sequence[str]) -> Sequence[Wanted]:
    """Return what a container is started with, else what `docker` is given."""
    script = tools.inner_script(program, given)
    if not script:
        return tools.container(program, given)
    started = commands(script, path="", cell=None, line=None, scope="", start=0)
    return tuple(
        want._replace(inside=True) for one in started for want in wanted(one.program, one.arguments)
    )


def _operand(given: Sequence[str], switches: frozenset[str] = _SWITCHES) -> str:
    """Return the first word that is neither an option nor, as far as one can tell, its value."""
    index = 0
    while index < len(given):
        word = given[index]
        if not word.startswith("-"):
            return word
        value = index + 1 < len(given) and not given[index + 1].startswith("-")
        takes_value = "=" not in word and word not in switches and value
        # A value that looks like what is run is what is run: `--reload app.main:app`.
        if takes_value and not _runnable(given[index + 1]):
            index += 1
        index += 1
    return ""


def _runnable(word: str) -> bool:
    return word.endswith((".py", ".ipynb", ".sh")) or (":" in word and "/" not in word)


def _python(given: Sequence[str]) -> Sequence[Wanted]:
    index = 0
    while index < len(given):
        word = given[index]
        if word == "-m" and index + 1 < len(given):
            return _module(given[index + 1], given[index + 2 :])
        if word.startswith("-m") and len(word) > 2:
            return _module(word[2:], given[index + 1 :])
        if word == "-c":
            return NOTHING
        if not word.startswith("-"):
            return (Wanted("file", word),)
        index += 2 if word in _PYTHON_VALUES else 1
    return NOTHING


def _module(name: str, rest: Sequence[str]) -> Sequence[Wanted]:
    program = name.removesuffix(".run").replace("torch.distributed.launch", "torchrun")
    program = {"torch.distributed": "torchrun", "accelerate.commands.launch": "torchrun"}.get(
        program, program
    )
    if program in _PROGRAMS or program in _SERVERS:
        return wanted(program, shlex.join(rest))
    if name == "bytewax.run":
        return _application(_operand(rest))
    return (Wanted("module", name),)


def _shell(given: Sequence[str]) -> Sequence[Wanted]:
    if "-c" in given:
        return (Wanted("unknown", "-c"),)
    script = next((word for word in given if not word.startswith(("-", "+"))), "")
    return (Wanted("file", script),) if script else NOTHING


def _application(name: str) -> Sequence[Wanted]:
    if not name:
        return NOTHING
    if name.endswith(".py"):
        return (Wanted("file", name),)
    module, _, attribute = name.partition(":")
    return (Wanted("module", module, attribute),)


def _script(given: Sequence[str]) -> Sequence[Wanted]:
    if "-m" in given or "--module" in given:
        index = given.index("-m" if "-m" in given else "--module")
        if index + 1 < len(given):
            return (Wanted("module", given[index + 1]),)
    for word in given:
        if word.endswith((".py", ".ipynb", ".sh", ".slurm", ".sbatch", ".pbs")):
            return (Wanted("file", word),)
    return (Wanted("unknown", " ".join(given)),) if any("$" in word for word in given) else NOTHING


def _after(
    word: str, then: Callable[[Sequence[str]], Sequence[Wanted]]
) -> Callable[[Sequence[str]], Sequence[Wanted]]:
    def parse(given: Sequence[str]) -> Sequence[Wanted]:
        return then(given[given.index(word) + 1 :]) if word in given else NOTHING

    return parse


def _serve(given: Sequence[str]) -> Sequence[Wanted]:
    """`streamlit run app.py`, `fastapi dev main.py`, `flask --app x run`, `bentoml serve x:svc`."""
    if named := option(given, ("--app", "-A")):
        return _application(named)
    rest = [word for word in given if word not in ("run", "dev", "serve", "hello", "build")]
    if len(rest) == len(given):
        return NOTHING
    return _application(_operand(rest))


def _bentoml(given: Sequence[str]) -> Sequence[Wanted]:
    found = _serve(given)
    if given[:1] == ["build"] and (found == NOTHING or found[0].name in ("", ".")):
        return (Wanted("definition", option(given, ("-f", "--bentofile")) or "bentofile.yaml"),)
    return found


def _flask(given: Sequence[str]) -> Sequence[Wanted]:
    found = _serve(["--", *given])
    return found if found != NOTHING or "run" not in given else (Wanted("flask", "app"),)


def _papermill(given: Sequence[str]) -> Sequence[Wanted]:
    return tuple(Wanted("file", word) for word in given if word.endswith(".ipynb"))[:1] or NOTHING


def _jupyter(given: Sequence[str]) -> Sequence[Wanted]:
    runs = "--execute" in given or "execute" in given[:1] or "run" in given[:1]
    if not runs:
        return NOTHING
    return tuple(Wanted("file", word) for word in given if word.endswith(".ipynb")) or NOTHING


def _pytest(given: Sequence[str]) -> Sequence[Wanted]:
    places = [
        word.partition("::")[0]
        for index, word in enumerate(given)
        if not word.startswith("-")
        and (index == 0 or given[index - 1] not in _PYTEST_VALUES)
        and "=" not in word
    ]
    return tuple(Wanted("tests", place) for place in places) or (Wanted("tests", ""),)


_PYTEST_VALUES = words(
    "-k -m -n -c -p -o -W -r --maxfail --junitxml --junit-xml --cov --cov-report"
)


def _coverage(given: Sequence[str]) -> Sequence[Wanted]:
    if "run" not in given:
        return NOTHING
    rest = list(given[given.index("run") + 1 :])
    if "-m" in rest:
        index = rest.index("-m")
        return wanted(rest[index + 1], shlex.join(rest[index + 2 :])) if rest[index + 1 :] else ()
    return _script(rest)


def _tasks(runner: str, given: Sequence[str]) -> Sequence[Wanted]:
    folder, names, index = "", [], 0
    while index < len(given):
        word = given[index]
        if word in ("-C", "--directory", "--prefix", "-f", "--file", "--justfile"):
            if index + 1 < len(given) and word in ("-C", "--directory", "--prefix"):
                folder = given[index + 1]
            index += 1
        elif word in ("-e", "-s", "--session", "--sessions", "-c", "-r"):
            pass
        elif not word.startswith("-") and "=" not in word:
            names.append(word)
        index += 1
    if runner in ("npm", "yarn", "pnpm", "mise", "hatch", "pdm", "pixi", "rye"):
        if runner == "mise" and names[:1] in (["tasks"], ["task"], ["t"]):
            names = names[1:]
        if names[:1] in (["run"], ["run-script"], ["r"]):
            names = names[1:2]
        elif runner not in ("npm", "yarn", "pnpm") or names[:1] not in (["test"], ["start"]):
            return NOTHING
    runner = {"gmake": "make", "inv": "invoke", "yarn": "npm", "pnpm": "npm"}.get(runner, runner)
    found = [
        Wanted("task", part, f"{runner} {folder}".strip())
        for name in names
        for part in (name.split(",") if runner == "tox" else [name])
    ]
    return found or (Wanted("task", "", f"{runner} {folder}".strip()),)


def _dvc(given: Sequence[str]) -> Sequence[Wanted]:
    # Options that only the run knows do not change which stages there are.
    plain = _EXPRESSION.sub(" ", " ".join(given)).split()
    verbs = [word for word in plain if not word.startswith(("-", "$"))]
    if verbs[:1] == ["repro"]:
        names = verbs[1:]
    elif verbs[:2] == ["exp", "run"]:
        names = [word for word in verbs[2:] if "=" not in word]
    else:
        return NOTHING
    return tuple(Wanted("stages", name) for name in names) or (Wanted("stages", ""),)


def _mlflow(given: Sequence[str]) -> Sequence[Wanted]:
    if given[:2] == ["recipes", "run"]:
        return (Wanted("definition", "recipe.yaml"),)
    if given[:1] != ["run"]:
        return NOTHING
    entry = next(
        (
            given[index + 1]
            for index, word in enumerate(given[:-1])
            if word in ("-e", "--entry-point")
        ),
        "main",
    )
    return (Wanted("project", _operand(given[1:]) or ".", entry),)


def _gh(given: Sequence[str]) -> Sequence[Wanted]:
    if given[:2] != ["workflow", "run"]:
        return NOTHING
    name = _operand(given[2:])
    return (
        (Wanted("file", f".github/workflows/{name}"),)
        if name.endswith((".yml", ".yaml"))
        else (Wanted("workflow", name),)
    )


def _prefect(given: Sequence[str]) -> Sequence[Wanted]:
    for word in given:
        if ".py:" in word:
            path, _, attribute = word.partition(":")
            return (Wanted("file", path, attribute),)
    return (Wanted("unknown", " ".join(given)),) if given[:1] == ["deploy"] else NOTHING


def _luigi(given: Sequence[str]) -> Sequence[Wanted]:
    """`luigi --module flow Fit`: a class of the module."""
    module = option(given, ("--module",))
    rest = [word for word in given if not word.startswith("-") and word != module]
    return (Wanted("module", module, rest[0] if rest else ""),) if module else NOTHING


def _kedro(given: Sequence[str]) -> Sequence[Wanted]:
    return (Wanted("kedro", ""),) if given[:1] == ["run"] else NOTHING


_PROGRAMS: dict[str, Callable[[Sequence[str]], Sequence[Wanted]]] = {
    "torchrun": _script,
    "accelerate": _after("launch", _script),
    "deepspeed": _script,
    "horovodrun": _script,
    "mpirun": _script,
    "srun": _script,
    "sbatch": _script,
    "spark-submit": _script,
    "ray": _script,
    "airflow": _script,
    "dagster": _script,
    "zenml": _script,
    "nohup": _script,
    "papermill": _papermill,
    "jupyter": lambda given: _jupyter(given[1:] if given[:1] == ["nbconvert"] else given),
    "jupyter-nbconvert": _jupyter,
    "nbmake": _pytest,
    "pytest": _pytest,
    "py.test": _pytest,
    "coverage": _coverage,
    "unittest": lambda given: (Wanted("tests", ""),),
    "dvc": _dvc,
    "mlflow": _mlflow,
    "gh": _gh,
    "streamlit": _serve,
    "fastapi": _serve,
    "chainlit": _serve,
    "gradio": _script,
    "bentoml": _bentoml,
    "flask": _flask,
    "celery": _serve,
    "prefect": _prefect,
    "kedro": _kedro,
    "luigi": _luigi,
    "Rscript": lambda given: (Wanted("file", _operand(given)),) if _operand(given) else NOTHING,
    "julia": lambda given: (Wanted("file", _operand(given)),) if _operand(given) else NOTHING,
}
