"""The examples of a rule are its tests: tiny repositories, audited for real."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mlops_audit.facts.collect import collect
from mlops_audit.facts.store import FactStore
from mlops_audit.rules.engine import judge
from mlops_audit.rules.lint import Linter, lint_examples
from mlops_audit.rules.loader import load_examples, load_rule
from mlops_audit.rules.model import Example, Place, Rule, Status, Verdict
from mlops_audit.rules.views import View

_FIRST_DAY = 1_704_067_200  # 2024-01-01: examples do not depend on the day they run
_DAY = 86_400


class Failure(NamedTuple):
    """An example that does not come out as written."""

    rule: str
    example: str
    line: int | None
    problem: str


def check_examples(path: Path, views: Iterable[View] = ()) -> list[Failure]:
    """Run every example of a rule file; return those that fail, and what is missing.

    Raises:
        RulebookError: the rule or its examples cannot be loaded.
    """
    known = tuple(views)
    with Linter(known) as linter:
        rule = load_rule(path, linter=linter)
    examples = load_examples(path)
    failures = [Failure(rule.id, "", None, problem) for problem in lint_examples(rule, examples)]
    for example in examples:
        failures += run_example(rule, example, known)
    return failures


def run_example(rule: Rule, example: Example, views: Iterable[View] = ()) -> list[Failure]:
    """Run one example through the real repository, readers, linking and this rule alone."""
    with tempfile.TemporaryDirectory(prefix="mlops-audit-example-") as folder:
        root = Path(folder) / "example"
        root.mkdir()
        try:
            materialise(example, root)
        except (OSError, TypeError, ValueError, subprocess.CalledProcessError) as error:
            problem = f"its files cannot be made: {error}"
            return [Failure(rule.id, example.name, example.line, problem)]
        with facts_of(root) as store:
            (verdict,) = judge(store, [rule], views=views)
    return [
        Failure(rule.id, example.name, example.line, problem)
        for problem in _problems(example, verdict)
    ]


def facts_of(root: Path) -> FactStore:
    """Return the linked facts of a folder."""
    from mlops_audit.linking import link
    from mlops_audit.repository import open_repository

    store = collect(open_repository(root), jobs=1)
    link(store)
    store.finish()
    return store


def materialise(example: Example, root: Path) -> None:
    """Make the files and the git history of an example below a folder."""
    if example.commits:
        _git(root, "init", "--quiet", "--initial-branch=main")
        for number, commit in enumerate(example.commits):
            _commit(root, commit, number)
    _write_files(root, example.files)


def place_text(place: Place) -> str:
    """Return a place as examples write it: path, path:line, path#cell or path#cell:line."""
    text = place.path or ""
    if place.cell is not None:
        text += f"#{place.cell}"
    if place.line is not None:
        text += f":{place.line}"
    return text


def _problems(example: Example, verdict: Verdict) -> list[str]:
    status = str(verdict.status)
    if verdict.status is Status.ERROR:
        return [verdict.reason]
    if example.todo is not None:
        if verdict.status is example.expect:
            return [f"it gives {status} now: remove `todo`"]
        if verdict.status is not example.todo:
            return [f"it gives {status}, and `todo` says {example.todo} ({verdict.reason})"]
        return []
    if verdict.status is not example.expect:
        return [f"it gives {status} instead of {example.expect} ({verdict.reason})"]
    if verdict.status is not Status.FAIL and not example.findings:
        return []
    places = verdict.complaints or verdict.unknowns
    found = sorted({_as_precise(place_text(place), example.findings) for place in places})
    wanted = sorted(set(example.findings))
    if found != wanted:
        return [f"its findings are {found} instead of {wanted}"]
    return []


def _as_precise(text: str, wanted: Iterable[str]) -> str:
    """Drop the line where the example names the file or the cell alone."""
    without_line = text.rpartition(":")[0]
    return without_line if text not in wanted and without_line in wanted else text


def _write_files(root: Path, files: Mapping[str, Any]) -> None:
    for name, content in files.items():
        path = root.joinpath(*name.split("/"))
        if ".." in path.parts or not path.is_relative_to(root):
            raise ValueError(f"{name} lies outside the example")
        if content is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_text(content), encoding="utf-8", newline="")


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, dict) and "cells" in content and "nbformat" not in content:
        return json.dumps(notebook(content["cells"], content.get("language", "python")), indent=1)
    if isinstance(content, dict | list):
        return json.dumps(content, indent=2)
    raise TypeError(f"a file is text, a mapping or a list, not {content!r}")


def notebook(cells: Iterable[Mapping[str, Any]], language: str = "python") -> dict[str, Any]:
    """Return a Jupyter notebook (nbformat 4.5) with the cells of an example.

    `repeat` and `repeat_output` say how often the source and the text of outputs stand there.
    """
    known = {"code", "markdown", "raw", "count", "outputs", "tags", "repeat", "repeat_output"}
    made = []
    for number, cell in enumerate(cells):
        kind = next((key for key in ("code", "markdown", "raw") if key in cell), None)
        if kind is None or set(cell) - known:
            raise ValueError(f"cell {number} needs one of code, markdown, raw and no other key")
        one: dict[str, Any] = {
            "cell_type": kind,
            "id": f"cell-{number}",
            "metadata": {"tags": list(cell["tags"])} if "tags" in cell else {},
            "source": str(cell[kind]).splitlines(keepends=True) * int(cell.get("repeat", 1)),
        }
        if kind == "code":
            one["execution_count"] = cell.get("count")
            times = int(cell.get("repeat_output", 1))
            one["outputs"] = [
                _output(output * times if isinstance(output, str) else output)
                for output in cell.get("outputs", ())
            ]
        made.append(one)
    name = "python3" if language == "python" else language
    return {
        "cells": made,
        "metadata": {
            "kernelspec": {"display_name": name, "language": language, "name": name},
            "language_info": {"name": language},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _output(output: Any) -> dict[str, Any]:
    """Return a whole output as it is, text as what a cell printed."""
    if isinstance(output, dict):
        return output
    return {"output_type": "stream", "name": "stdout", "text": [str(output)]}


def _commit(root: Path, commit: Mapping[str, Any], number: int) -> None:
    unknown = set(commit) - {"message", "files", "date", "author", "tag", "branch"}
    if unknown:
        raise ValueError(f"commit {number} has unknown keys: {', '.join(sorted(unknown))}")
    _write_files(root, commit.get("files", {}))
    author = str(commit.get("author", "Ada"))
    when = str(commit.get("date", f"@{_FIRST_DAY + number * _DAY} +0000"))
    address = f"{author.lower().replace(' ', '.')}@example.org"
    identity = {
        "GIT_AUTHOR_NAME": author,
        "GIT_AUTHOR_EMAIL": address,
        "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_NAME": author,
        "GIT_COMMITTER_EMAIL": address,
        "GIT_COMMITTER_DATE": when,
    }
    if "branch" in commit:
        _git(root, "checkout", "--quiet", "-B", str(commit["branch"]))
    _git(root, "add", "--all")
    message = str(commit.get("message", f"Commit {number}"))
    _git(root, "commit", "--quiet", "--allow-empty", "--message", message, **identity)
    if "tag" in commit:
        _git(
            root,
            "tag",
            "--annotate",
            "--message",
            str(commit["tag"]),
            str(commit["tag"]),
            **identity,
        )


def _git(root: Path, *arguments: str, **environment: str) -> None:
    kept = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "TMPDIR") if key in os.environ}
    # No configuration of this machine: no signing, no hooks, no templates.
    isolated = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "HOME": str(root)}
    subprocess.run(
        ["git", "-c", "core.autocrlf=false", "-c", "core.hooksPath=", *arguments],
        cwd=root,
        env={**kept, **isolated, **environment},
        check=True,
        capture_output=True,
    )
