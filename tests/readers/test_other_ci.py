"""CI systems beside GitHub and Azure, and the task runners that they call."""

from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_audit.readers.registry import read_file
from mlops_audit.repository.kinds import kind_of
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import AutomationTrigger, Command, Job, Step, Task, Workflow

Rows = dict[str, list[tuple[Any, ...]]]


def read(path: str, text: str | bytes) -> Rows:
    content = dedent(text).encode() if isinstance(text, str) else text
    kind = kind_of(path) or "text"
    file = SourceFile(path=path, kind=kind, size=len(content), role="source", digest="d")
    return read_file(file, content)


def commands(rows: Rows) -> list[tuple[str, str]]:
    found = [Command(*row) for row in rows.get("command", [])]
    return [(row.scope, f"{row.program} {row.arguments}".strip()) for row in found]


def triggers(rows: Rows) -> set[tuple[str, str]]:
    found = [AutomationTrigger(*row) for row in rows.get("automation_trigger", [])]
    return {(row.scope, row.kind) for row in found}


def tasks(rows: Rows) -> dict[str, str]:
    return {row.name: row.needs for row in (Task(*row) for row in rows.get("task", []))}


def test_gitlab_jobs_extend_and_say_what_starts_them() -> None:
    rows = read(
        ".gitlab-ci.yml",
        """\
        stages: [test, deploy]
        default:
          before_script: [pip install -r requirements.txt]
        .base:
          image: python:3.11
          script:
            - cd ml
            - pytest
        test:
          extends: .base
        nightly:
          extends: [.base]
          script: [python train.py]
          rules:
            - if: $CI_PIPELINE_SOURCE == "schedule"
        deploy:
          script: [kubectl apply -f k8s]
          environment: {name: production}
          needs: [test]
          when: manual
          allow_failure: true
        never:
          script: [exit 1]
          rules: [{when: never}]
        """,
    )
    assert [Workflow(*row).live for row in rows["workflow"]] == [True]
    assert triggers(rows) == {
        ("job:test", "push"),
        ("job:nightly", "schedule"),
        ("job:deploy", "manual"),
    }
    assert commands(rows)[:3] == [
        ("job:test", "pip install -r requirements.txt"),
        ("job:test", "cd ml"),
        ("job:test", "pytest"),
    ]
    assert ("job:nightly", "python train.py") in commands(rows)
    jobs = {job.name: job for job in (Job(*row) for row in rows["job"])}
    assert jobs["test"].image == "python:3.11"
    assert (jobs["deploy"].environment, jobs["deploy"].needs) == ("production", "test")
    assert [Command(*row).directory for row in rows["command"]][2] == "ml"


def test_a_gitlab_pipeline_for_tags_only() -> None:
    rows = read(
        ".gitlab-ci.yml",
        """\
        workflow:
          rules:
            - if: $CI_COMMIT_TAG
        release: {script: [make release]}
        """,
    )
    assert triggers(rows) == {("job:release", "tag")}


def test_circleci_starts_the_jobs_of_its_workflows() -> None:
    rows = read(
        ".circleci/config.yml",
        """\
        version: 2.1
        commands:
          prepare: {steps: [{run: pip install nox}]}
        jobs:
          test:
            docker: [{image: 'cimg/python:3.11'}]
            steps:
              - checkout
              - prepare
              - run: {name: Tests, command: nox -s tests, working_directory: ml}
              - codecov/upload
          train: {steps: [{run: python train.py}]}
          idle: {steps: [{run: python idle.py}]}
        workflows:
          build: {jobs: [test]}
          weekly:
            triggers: [{schedule: {cron: '0 0 * * 0', filters: {branches: {only: main}}}}]
            jobs:
              - train
              - hold: {type: approval}
        """,
    )
    assert triggers(rows) == {("job:test", "push"), ("job:train", "schedule")}
    assert ("job:test", "pip install nox") in commands(rows)
    assert ("job:test", "nox -s tests") in commands(rows)
    assert "codecov/upload" in {Step(*row).uses for row in rows["step"]}


def test_travis_bitbucket_and_cloud_builds() -> None:
    travis = read(".travis.yml", "script:\n  - pytest\ndeploy: {provider: pypi}\n")
    assert triggers(travis) == {("", "push"), ("", "pull_request")}
    assert commands(travis) == [("job:build", "pytest")]
    assert [Step(*row).uses for row in travis["step"]] == ["travis-deploy/pypi"]
    bitbucket = read(
        "bitbucket-pipelines.yml",
        """\
        pipelines:
          pull-requests:
            '**': [{step: {script: [pytest]}}]
          branches:
            main:
              - step: {script: [./deploy.sh], deployment: production, trigger: manual}
        """,
    )
    assert {kind for _, kind in triggers(bitbucket)} == {"pull_request", "manual"}
    assert "production" in {Job(*row).environment for row in bitbucket["job"]}
    cloud = read(
        "cloudbuild.yaml",
        """\
        steps:
        - name: gcr.io/cloud-builders/docker
          args: [build, -t, image, .]
        - name: python:3.11
          entrypoint: bash
          args: ['-c', 'pip install -r r.txt && pytest']
          dir: ml
        """,
    )
    assert commands(cloud) == [
        ("job:build", "docker build -t image ."),
        ("job:build", "pip install -r r.txt"),
        ("job:build", "pytest"),
    ]
    assert triggers(cloud) == {("", "manual")}
    build = read("buildspec.yml", "phases:\n  build: {commands: [python train.py]}\n")
    assert commands(build) == [("job:build", "python train.py")]


def test_a_jenkinsfile() -> None:
    rows = read(
        "Jenkinsfile",
        """\
        pipeline {
          agent { docker { image 'python:3.11' } }
          triggers { cron('H 4 * * 1') }
          stages {
            // sh 'python commented.py'
            stage('Test') { steps { sh 'pytest -q' } }
            stage("Train") { steps { sh '''
              pip install .
              python train.py
            ''' } }
          }
        }
        """,
    )
    assert triggers(rows) == {("", "schedule")}
    assert commands(rows) == [
        ("job:Test", "pytest -q"),
        ("job:Train", "pip install ."),
        ("job:Train", "python train.py"),
    ]


def test_tox_environments() -> None:
    rows = read(
        "tox.ini",
        """\
        [tox]
        envlist = py{310,311}, lint
        [testenv]
        commands =
            py311: python check.py
            pytest {posargs:tests}
        [testenv:lint]
        commands = - ruff check .
        """,
    )
    assert set(tasks(rows)) == {"py310", "py311", "lint"}
    assert ("task:py311", "pytest tests") in commands(rows)
    assert [Command(*row).tolerated for row in rows["command"] if row[5] == "ruff"] == [True]
    modern = read("pyproject.toml", '[tool.tox.env.a]\ncommands = [["pytest", "-q"]]\n')
    assert commands(modern) == [("task:a", "pytest -q")]


def test_tasks_written_in_python() -> None:
    rows = read(
        "tasks.py",
        """\
        from invoke import task
        NAME = "churn"
        @task
        def clean(c):
            c.run("rm -rf build")
        @task(pre=[clean])
        def train_model(c, epochs=3):
            c.run(f"python src/{NAME}/train.py --epochs {epochs}")
        def helper(c):
            c.run("python never.py")
        """,
    )
    assert tasks(rows) == {"clean": "", "train-model": "clean"}
    assert commands(rows)[1][1].startswith("python src/churn/train.py")
    nox = read(
        "noxfile.py",
        'import nox\n@nox.session(name="t")\ndef tests(session):\n'
        '    session.install("pytest")\n    session.run("pytest", "tests")\n',
    )
    assert commands(nox) == [("task:t", "pytest tests")]


@pytest.mark.parametrize(
    ("path", "text", "task"),
    [
        ("pyproject.toml", '[tool.poe.tasks]\ntrain = "python train.py"\n', "train"),
        ("pyproject.toml", '[tool.pdm.scripts]\ntrain = {cmd = "python train.py"}\n', "train"),
        (
            "pyproject.toml",
            '[tool.hatch.envs.ml.scripts]\ntrain = ["python train.py"]\n',
            "ml:train",
        ),
        ("pixi.toml", '[tasks]\ntrain = "python train.py"\n', "train"),
        ("mise.toml", '[tasks.train]\nrun = ["python train.py"]\n', "train"),
        ("package.json", '{"scripts": {"train": "python train.py"}}', "train"),
        ("Taskfile.yml", "tasks: {train: {cmds: [python train.py]}}\n", "train"),
        ("justfile", 'py := "python"\ntrain epochs="3": data\n    @{{py}} train.py\n', "train"),
    ],
)
def test_tasks_in_tables(path: str, text: str, task: str) -> None:
    rows = read(path, text)
    assert task in tasks(rows)
    assert (f"task:{task}", "python train.py") in commands(rows)


def test_what_a_justfile_recipe_needs() -> None:
    rows = read("justfile", "a: b (c 'x') && d # words\n  echo a\nb:\nc x:\nd:\n")
    assert tasks(rows) == {"a": "b c d", "b": "", "c": "", "d": ""}


FILES = [
    ".gitlab-ci.yml", ".circleci/config.yml", ".travis.yml", "bitbucket-pipelines.yml",
    "cloudbuild.yaml", "buildspec.yml", "Jenkinsfile", "tox.ini", "tasks.py", "noxfile.py",
    "justfile", "mise.toml", "package.json", "Taskfile.yml", "pyproject.toml",
]  # fmt: skip


@given(
    st.sampled_from(FILES),
    st.text(alphabet="ab:-{}[]\n\t \"'#&*!|>%@$\\()<0=,", max_size=200) | st.binary(max_size=100),
)
def test_any_bytes_are_read(path: str, content: str | bytes) -> None:
    rows = read(path, content.encode() if isinstance(content, str) else content)
    assert not any("The reader failed" in str(row) for row in rows.get("diagnostic", []))
