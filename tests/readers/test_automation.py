"""What the readers of CI, pipelines, images and task runners understand."""

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_audit.readers.registry import read_file
from mlops_audit.repository.kinds import kind_of
from mlops_audit.repository.model import SourceFile

Rows = list[tuple[object, ...]]
WORKFLOW = ".github/workflows/ci.yml"


def read(path: str, text: str | bytes) -> dict[str, Rows]:
    content = dedent(text).encode() if isinstance(text, str) else text
    kind = kind_of(path) or "text"
    file = SourceFile(path=path, kind=kind, size=len(content), role="source", digest="d")
    return read_file(file, content)


def commands(rows: dict[str, Rows]) -> list[tuple[object, ...]]:
    """Return scope, program, arguments and directory of every command."""
    return [(row[3], row[5], row[6], row[9]) for row in rows.get("command", [])]


def test_a_workflow_with_triggers_jobs_steps_and_commands() -> None:
    rows = read(
        WORKFLOW,
        """\
        name: Train
        on:
          push: {branches: [main]}
          schedule:
            - cron: '0 6 * * 1'
          workflow_dispatch:
        jobs:
          train:
            runs-on: ubuntu-latest
            environment: production
            defaults: {run: {working-directory: ml}}
            steps:
              - uses: actions/checkout@v4
              - name: Train
                run: |
                  pip install -r requirements.txt
                  MODE=full python -m churn.train --epochs 3
              - run: pytest || true
              - run: pytest -q
                continue-on-error: true
          deploy:
            needs: train
            if: false
            uses: ./.github/workflows/deploy.yml
        """,
    )
    assert rows["workflow"] == [(WORKFLOW, "github-actions", "Train", True)]
    assert [(row[1], row[3], row[4], row[5]) for row in rows["automation_trigger"]] == [
        (3, "push", "main", True),
        (5, "schedule", "0 6 * * 1", True),
        (6, "manual", "", True),
    ]
    train, deploy = rows["job"]
    assert (train[2], train[5], bool(train[10])) == ("train", "production", False)
    assert (deploy[2], deploy[4], deploy[6], bool(deploy[10])) == (
        "deploy",
        "train",
        "./.github/workflows/deploy.yml",
        True,
    )
    assert commands(rows) == [
        ("job:train", "pip", "install -r requirements.txt", "ml"),
        ("job:train", "python", "-m churn.train --epochs 3", "ml"),
        ("job:train", "pytest", "", "ml"),
        ("job:train", "true", "", "ml"),
        ("job:train", "pytest", "-q", "ml"),
    ]
    assert [bool(row[10]) for row in rows["command"]] == [False, False, True, False, True]


def test_a_workflow_elsewhere_is_not_live() -> None:
    text = "on: push\njobs: {a: {steps: [{run: pytest}]}}\n"
    rows = read("templates/github-actions/workflows/ci.yml", text)
    assert [bool(row[3]) for row in rows["workflow"]] == [False]
    assert [bool(row[5]) for row in rows["automation_trigger"]] == [False]


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("push", "push"),
        ("pull_request", "pull_request"),
        ("{push: {tags: ['v*']}}", "tag"),
        ("{workflow_run: {workflows: [Train]}}", "workflow"),
        ("repository_dispatch", "api"),
        ("{repository_dispatch: {types: [drift-detected]}}", "drift_alert"),
        ("{repository_dispatch: {types: [new-data]}}", "data_arrival"),
        ("{repository_dispatch: {types: [release]}}", "api"),
        ("workflow_call", "reusable"),
        ("{release: {types: [published]}}", "tag"),
    ],
)
def test_events_are_told_apart(event: str, kind: str) -> None:
    rows = read(WORKFLOW, f"on: {event}\njobs: {{a: {{steps: []}}}}\n")
    assert [row[3] for row in rows["automation_trigger"]] == [kind]


def test_commented_automation_is_none() -> None:
    rows = read(
        WORKFLOW, "on:\n  workflow_dispatch:\n  # schedule:\n  #   - cron: '0 0 * * *'\njobs: {}\n"
    )
    assert [row[3] for row in rows["automation_trigger"]] == ["manual"]


def test_a_dvc_pipeline_and_its_lock() -> None:
    rows = read(
        "ml/dvc.yaml",
        """\
        stages:
          prepare:
            cmd: python src/prepare.py
            deps: [src/prepare.py, data/raw.csv]
            outs: [data/train.csv]
          train:
            cmd:
              - python src/train.py
              - python src/plot.py
            wdir: sub
            params: [train.lr]
            metrics:
              - metrics.json: {cache: false}
            frozen: true
        """,
    )
    assert [(row[2], row[4], bool(row[6])) for row in rows["pipeline_stage"]] == [
        ("dvc", "prepare", False),
        ("dvc", "train", True),
    ]
    assert [row[2:] for row in rows["stage_item"]] == [
        ("prepare", "dep", "src/prepare.py"),
        ("prepare", "dep", "data/raw.csv"),
        ("prepare", "out", "data/train.csv"),
        ("train", "metric", "metrics.json"),
        ("train", "param", "train.lr"),
    ]
    assert commands(rows) == [
        ("stage:prepare", "python", "src/prepare.py", "ml"),
        ("stage:train", "python", "src/train.py", "ml/sub"),
        ("stage:train", "python", "src/plot.py", "ml/sub"),
    ]
    lock = read(
        "dvc.lock",
        """\
        schema: '2.0'
        stages:
          train:
            cmd: python train.py
            deps:
            - {path: data.csv, hash: md5, md5: abc, size: 12}
            params: {params.yaml: {lr: 0.1}}
        """,
    )["lock_stage"]
    assert [row[2:] for row in lock] == [
        ("train", "cmd", "python train.py", None, None),
        ("train", "dep", "data.csv", "abc", 12),
        ("train", "param", "params.yaml:lr", "0.1", None),
    ]


def test_a_data_pointer() -> None:
    rows = read("data/a.csv.dvc", "outs:\n- md5: abc\n  size: 5\n  path: a.csv\n")
    assert [row[2:] for row in rows["lock_stage"]] == [("", "out", "a.csv", "abc", 5)]


def test_an_mlflow_project() -> None:
    rows = read(
        "MLproject",
        """\
        name: churn
        entry_points:
          main:
            parameters: {alpha: float}
            command: "python train.py {alpha}"
        """,
    )
    assert [row[2:6] for row in rows["pipeline_stage"]] == [
        ("mlproject", "churn", "main", "entry-point")
    ]
    assert commands(rows)[0][:2] == ("stage:main", "python")


def test_azure_machine_learning_pipelines_and_schedules() -> None:
    pipeline = read(
        "jobs/train.yml",
        """\
        $schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
        type: pipeline
        display_name: churn
        jobs:
          prepare:
            type: command
            code: ../src
            command: python prepare.py --out ${{outputs.data}}
          train:
            type: command
            inputs: {data: '${{parent.jobs.prepare.outputs.data}}'}
            component: file:./train-component.yml
        """,
    )
    assert [row[4:6] for row in pipeline["pipeline_stage"]] == [
        ("churn", "pipeline-job"),
        ("prepare", "command-job"),
        ("train", "command-job"),
    ]
    assert ("train", "needs", "prepare") in [row[2:] for row in pipeline["stage_item"]]
    assert ("stage:prepare", "python", "src") in [
        (scope, program, directory) for scope, program, _, directory in commands(pipeline)
    ]
    schedule = read(
        "jobs/schedule.yml",
        """\
        $schema: https://azuremlschemas.azureedge.net/latest/schedule.schema.json
        name: weekly
        trigger: {type: cron, expression: "0 6 * * 1"}
        create_job: ./train.yml
        """,
    )
    assert [row[2:] for row in schedule["automation_trigger"]] == [
        ("stage:weekly", "schedule", "0 6 * * 1", True)
    ]


def test_azure_pipelines() -> None:
    rows = read(
        "azure-pipelines.yml",
        """\
        trigger: {branches: {include: [main]}}
        schedules:
        - cron: "0 0 * * 0"
          branches: {include: [main]}
        stages:
        - stage: Build
          jobs:
          - job: test
            steps:
            - script: |
                pip install -r requirements.txt
                pytest tests
        - stage: Deploy
          dependsOn: Build
          jobs:
          - deployment: web
            environment: production
            strategy:
              runOnce: {deploy: {steps: [{script: az ml online-deployment update -f d.yml}]}}
        """,
    )
    assert {row[3] for row in rows["automation_trigger"]} >= {"push", "schedule"}
    assert "production" in {row[5] for row in rows["job"]}
    programs = [program for _, program, _, _ in commands(rows)]
    assert programs == ["pip", "pytest", "az"]


def test_a_dockerfile() -> None:
    rows = read(
        "service/Dockerfile",
        """\
        FROM python:3.11-slim AS build
        FROM build
        WORKDIR /app
        COPY . .
        RUN pip install --no-cache-dir -r requirements.txt && \\
            python -m compileall .
        EXPOSE 8080
        CMD ["uvicorn", "app:app", "--host", "0.0.0.0"]
        """,
    )
    assert ("python", "3.11-slim", None, "build") in [row[2:6] for row in rows["image_base"]]
    programs = [program for _, program, _, _ in commands(rows)]
    assert programs == ["pip", "python", "uvicorn"]


def test_a_makefile() -> None:
    rows = read(
        "Makefile",
        "PY := python3\n"
        ".PHONY: train test\n"
        "train: data ## Train it\n"
        "\t@$(PY) train.py \\\n"
        "\t  --epochs 3\n"
        "data:\n"
        "\t-$(PY) data.py\n"
        "test:\n"
        "\tpytest\n",
    )
    assert [(row[3], row[4]) for row in rows["task"]] == [
        ("train", "data"),
        ("data", ""),
        ("test", ""),
    ]
    found = [(row[3], row[5], row[6], bool(row[10])) for row in rows["command"]]
    assert found == [
        ("task:train", "python", "train.py --epochs 3", False),
        ("task:data", "python", "data.py", True),
        ("task:test", "pytest", "", False),
    ]


@pytest.mark.parametrize(
    ("line", "program", "arguments"),
    [
        ("uv run python -m a.b --x 1", "python", "-m a.b --x 1"),
        ("poetry run pytest -q", "pytest", "-q"),
        ("sudo env A=1 python x.py", "python", "x.py"),
        ("CUDA_VISIBLE_DEVICES=0 torchrun --nproc 2 train.py", "torchrun", "--nproc 2 train.py"),
        ("nohup python train.py > log.txt 2>&1 &", "python", "train.py"),
        ("conda run -n env python train.py", "python", "train.py"),
    ],
)
def test_a_shell_line_is_unwrapped(line: str, program: str, arguments: str) -> None:
    (command,) = commands(read("run.sh", f"#!/bin/bash\n{line}\n"))
    assert command[1:3] == (program, arguments)


def test_shell_as_people_write_it() -> None:
    rows = read(
        "run.sh",
        """\
        #!/bin/bash
        set -e
        # python commented.py
        cd src && python prepare.py \\
            --out data
        if [ -f x ]; then python train.py; fi
        for i in 1 2; do python eval.py $i; done
        echo "python quoted.py"
        cat <<EOF
        python heredoc.py
        EOF
        OUT=$(python sub.py)
        """,
    )
    scripts = [row[6] for row in rows["command"] if row[5] == "python"]
    assert scripts == ["prepare.py --out data", "train.py", "eval.py $i", "sub.py"]
    first = next(row for row in rows["command"] if row[5] == "python")
    assert first[9] == "src"


@given(
    st.sampled_from(
        [
            WORKFLOW,
            "dvc.yaml",
            "dvc.lock",
            "MLproject",
            "azure-pipelines.yml",
            "Makefile",
            "Dockerfile",
            "run.sh",
            "job.yml",
            "a.dvc",
        ]
    ),
    st.text(alphabet="ab:-{}[]\n\t \"'#&*!|>%@$\\()<0", max_size=200) | st.binary(max_size=100),
)
def test_any_bytes_are_read(path: str, content: str | bytes) -> None:
    rows = read(path, content.encode() if isinstance(content, str) else content)
    assert not any("The reader failed" in str(row) for row in rows.get("diagnostic", []))


def test_a_bundle_job_with_one_task_is_started_as_that_task() -> None:
    rows = read(
        "resources/job.yml",
        """\
        resources:
          jobs:
            score:
              trigger: {file_arrival: {url: s3://b}}
              tasks:
                - task_key: go
                  python_wheel_task: {package_name: p, entry_point: score}
        """,
    )
    assert [row[:6] for row in rows["automation_trigger"]] == [
        ("resources/job.yml", 4, "stage:score.go", "data_arrival", "file_arrival", True)
    ]
    assert [row[4:6] for row in rows["pipeline_stage"]] == [("score.go", "stage")]
    assert commands(rows) == [("stage:score.go", "score", "", "")]


def test_kubernetes_resources_are_no_bundle() -> None:
    rows = read("deploy.yml", "kind: Deployment\nspec:\n  resources:\n    limits: {jobs: 1}\n")
    assert "pipeline_stage" not in rows and "automation_trigger" not in rows


def test_a_cron_job_runs_its_containers_by_the_clock() -> None:
    rows = read(
        "k8s/train.yaml",
        """\
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: retrain}
        spec:
          schedule: "0 3 * * 1"
          jobTemplate:
            spec:
              template:
                spec:
                  containers:
                    - image: registry/train:1.2
                      command: [sh, -c]
                      args: ["python /app/train.py --full"]
        ---
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: off}
        spec: {schedule: "@daily", suspend: true}
        """,
    )
    assert [(row[2], row[3], row[4], row[5]) for row in rows["automation_trigger"]] == [
        ("stage:retrain", "schedule", "0 3 * * 1", True),
        ("stage:off", "schedule", "@daily", False),
    ]
    assert ("stage:retrain", "python", "/app/train.py --full", "") in commands(rows)
    assert [row[2:4] for row in rows["image_base"]] == [("registry/train", "1.2")]


def test_the_templates_of_a_workflow_are_stages_in_the_order_of_its_tasks() -> None:
    rows = read(
        "argo.yml",
        """\
        apiVersion: argoproj.io/v1alpha1
        kind: CronWorkflow
        metadata: {name: weekly}
        spec:
          schedules: ["0 3 * * 1"]
          workflowSpec:
            entrypoint: main
            templates:
              - name: main
                dag:
                  tasks:
                    - {name: a, template: prepare}
                    - {name: b, template: fit, dependencies: [a]}
              - name: prepare
                script: {image: bash, command: [bash], source: "python prepare.py"}
              - name: fit
                container: {image: train, command: [python], args: [train.py]}
        """,
    )
    assert [row[2:6] for row in rows["automation_trigger"]] == [("", "schedule", "0 3 * * 1", True)]
    assert [row[4] for row in rows["pipeline_stage"]] == ["prepare", "fit"]
    assert [row[2:] for row in rows["stage_item"]] == [("fit", "needs", "prepare")]
    assert ("stage:prepare", "python", "prepare.py", "") in commands(rows)
    assert ("stage:fit", "python", "train.py", "") in commands(rows)


def test_a_kind_of_something_else_runs_nothing() -> None:
    rows = read("x.yml", "apiVersion: v1\nkind: ConfigMap\ndata: {command: [python, train.py]}\n")
    assert "command" not in rows and "automation_trigger" not in rows
