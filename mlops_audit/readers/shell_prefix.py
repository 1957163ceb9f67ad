"""Prefixes that run another command: `env`, `sudo`, `uv run` and their like."""

import re
from dataclasses import dataclass

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w{0,100}=")


@dataclass(frozen=True, slots=True)
class _Prefix:
    """How a prefix is written: options that take a value, and words before the command."""

    values: frozenset[str] = frozenset()
    words: int = 0


def _options(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PLAIN = {
    "env": _Prefix(_options("-u --unset -C --chdir")),
    "sudo": _Prefix(_options("-u --user -g --group -h --host -p --prompt -C -D --chdir -T -R")),
    "doas": _Prefix(_options("-u -C")),
    "time": _Prefix(_options("-f --format -o --output")),
    "nohup": _Prefix(),
    "nice": _Prefix(_options("-n --adjustment")),
    "ionice": _Prefix(_options("-c --class -n --classdata")),
    "stdbuf": _Prefix(_options("-i -o -e")),
    "exec": _Prefix(_options("-a")),
    "command": _Prefix(),
    "builtin": _Prefix(),
    "setsid": _Prefix(),
    "unbuffer": _Prefix(),
    "timeout": _Prefix(_options("-s --signal -k --kill-after"), words=1),
    "xargs": _Prefix(_options("-I -n -P -L -d -a -s -E --max-args --max-procs --delimiter")),
    "xvfb-run": _Prefix(_options("-s --server-args -n --server-num -f -e")),
    "tini": _Prefix(_options("-p -e")),
    "dumb-init": _Prefix(),
    "gosu": _Prefix(words=1),
    "su-exec": _Prefix(words=1),
    "taskset": _Prefix(_options("-p"), words=1),
    "numactl": _Prefix(_options("-N -m -C")),
    "srun": _Prefix(_options("-n -N -p -c -t -J -o -e -A -w -x -q -G")),
    "mpirun": _Prefix(_options("-np -n -H -host --host -hostfile --hostfile -x -bind-to -map-by")),
    "mpiexec": _Prefix(_options("-np -n -H -host --host -hostfile --hostfile -x")),
    "call": _Prefix(),
    "&": _Prefix(),
}
_UV = _options(
    "-p --python --with --with-editable --with-requirements --extra --no-extra --group --no-group"
    " --only-group --env-file --package --project --directory --index --default-index --index-url"
    " --extra-index-url --cache-dir --config-file --find-links -f -i --python-platform -w"
    " --no-binary-package --refresh-package --reinstall-package --upgrade-package -P --color --from"
)
_ENVIRONMENTS = {
    ("uv", "run"): _Prefix(_UV),
    ("uv", "tool", "run"): _Prefix(_UV),
    ("uvx",): _Prefix(_UV),
    ("poetry", "run"): _Prefix(_options("-C --directory -P --project")),
    ("pdm", "run"): _Prefix(_options("-p --project --venv")),
    ("pipenv", "run"): _Prefix(),
    ("hatch", "run"): _Prefix(_options("-e --env -p --project")),
    ("hatch", "env", "run"): _Prefix(_options("-e --env -i -x --include --exclude --filter")),
    ("rye", "run"): _Prefix(_options("--pyproject")),
    ("pixi", "run"): _Prefix(_options("-e --environment --manifest-path")),
    ("conda", "run"): _Prefix(_options("-n --name -p --prefix --cwd")),
    ("mamba", "run"): _Prefix(_options("-n --name -p --prefix --cwd")),
    ("micromamba", "run"): _Prefix(_options("-n --name -p --prefix --cwd -r --root-prefix")),
    ("pipx", "run"): _Prefix(_options("--spec --python --pip-args --index-url")),
    ("npx",): _Prefix(_options("-p --package -c --call")),
    ("bunx",): _Prefix(),
    ("pnpm", "exec"): _Prefix(),
    ("pnpm", "dlx"): _Prefix(),
    ("npm", "exec"): _Prefix(),
    ("yarn", "exec"): _Prefix(),
    ("bundle", "exec"): _Prefix(),
    ("dotenv", "run"): _Prefix(),
    ("doppler", "run"): _Prefix(_options("-p --project -c --config -t --token")),
    ("op", "run"): _Prefix(_options("--env-file")),
    ("infisical", "run"): _Prefix(),
    ("aws-vault", "exec"): _Prefix(words=1),
    ("direnv", "exec"): _Prefix(words=1),
    ("mise", "exec"): _Prefix(),
    ("mise", "x"): _Prefix(),
}
_ENVIRONMENT_PROGRAMS = frozenset(names[0] for names in _ENVIRONMENTS)


def unwrap(words: list[str]) -> tuple[str, list[str]]:
    """Take prefixes off a command; return the innermost environment runner and the rest."""
    runner = ""
    for _ in range(8):
        while words and _ASSIGNMENT.match(words[0]):
            words = words[1:]
        if not words:
            break
        name = words[0].rsplit("/", 1)[-1]
        if name in _PLAIN:
            rest = _after(words[1:], _PLAIN[name], name)
            if not rest:
                break  # `env` alone, `time` alone: the command itself
            runner = runner or name
            words = rest
        elif name in _ENVIRONMENT_PROGRAMS:
            found = _environment(name, words)
            if found is None:
                break
            runner, words = found
        else:
            break
    return runner, words


def _environment(name: str, words: list[str]) -> tuple[str, list[str]] | None:
    for names, prefix in _ENVIRONMENTS.items():
        if names[0] != name:
            continue
        rest = words[1:]
        for part in names[1:]:
            rest = _skip_options(rest, prefix.values)
            if not rest or rest[0] != part:
                break
            rest = rest[1:]
        else:
            target = _after(rest, prefix, name)
            if not target:
                return None
            if names[-1] in ("uvx", "npx", "bunx", "dlx") or names[0] == "pipx":
                target = [target[0].split("@", 1)[0] or target[0], *target[1:]]
            return " ".join(names), target
    return None


def _after(words: list[str], prefix: _Prefix, name: str) -> list[str]:
    """Return the command behind the options and words of a prefix."""
    module = _module(words, prefix.values) if name == "uv" else None
    if module is not None:
        return module
    words = _skip_options(words, prefix.values)
    words = words[prefix.words :]
    if prefix.words and words and words[0] == "--":
        words = words[1:]
    while words and name in ("env", "sudo", "doas") and _ASSIGNMENT.match(words[0]):
        words = words[1:]
    if name in ("uv", "uvx", "pdm", "pipx") and words and words[0].endswith(".py"):
        return ["python", *words]
    return words


def _module(words: list[str], values: frozenset[str]) -> list[str] | None:
    """Return `python -m X` for `uv run -m X`."""
    index = 0
    while index < len(words) and words[index].startswith("-") and words[index] != "--":
        if words[index] in ("-m", "--module"):
            return ["python", "-m", *words[index + 1 :]]
        index += 2 if words[index] in values else 1
    return None


def _skip_options(words: list[str], values: frozenset[str]) -> list[str]:
    index = 0
    while index < len(words) and words[index].startswith("-") and len(words[index]) > 1:
        if words[index] == "--":
            index += 1
            break
        index += 2 if words[index] in values else 1
    return words[index:]
