"""What code starts as a command, a script or a job, and what starts by itself in orchestrators."""

import pytest

TRAIN = "from sklearn.svm import SVC\n\ndef fit():\n    SVC().fit([[1]], [1])\n\nfit()\n"


def launched(repository, path):
    return {
        str(row[0])
        for row in repository.rows(
            f"SELECT target_path FROM call_edge WHERE kind = 'launch' AND path = '{path}'"
        )
    }


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess\n"
        "subprocess.run(['python', 'src/train.py', '--lr', str(lr)], check=True)\n",
        "import subprocess, sys\nsubprocess.check_call([sys.executable, 'src/train.py'])\n",
        "import os\nos.system(f'python src/train.py --lr {lr}')\n",
        "import subprocess\nsubprocess.Popen(args=['python', 'train.py'], cwd='src')\n",
        "from subprocess import call as run\nCOMMAND = 'python src/train.py'\n"
        "run(COMMAND, shell=True)\n",
        "from airflow.operators.bash import BashOperator\n"
        "BashOperator(bash_command='cd src && python train.py')\n",
        "from azureml.pipeline.steps import PythonScriptStep\n"
        "PythonScriptStep(script_name='train.py', source_directory='src')\n",
        "from azureml.core import ScriptRunConfig\nScriptRunConfig('src', 'train.py')\n",
        "from azure.ai.ml import command\n"
        "command(code='./src', command='python train.py --data ${{inputs.data}}')\n",
        "from sagemaker.pytorch import PyTorch\n"
        "PyTorch(entry_point='train.py', source_dir='src')\n",
        "from google.cloud import aiplatform\n"
        "aiplatform.CustomTrainingJob('n', script_path='src/train.py')\n",
        "from invoke import task, Context\n@task\ndef t(c: Context):\n"
        "    c.run('python src/train.py')\n",
        "from kfp import dsl\n"
        "dsl.ContainerSpec(image='i', command=['python'], args=['/app/src/train.py'])\n",
    ],
)
def test_a_call_that_starts_a_script_reaches_it(linked, code):
    repository = linked({"src/train.py": TRAIN, "go.py": code})
    assert launched(repository, "go.py") == {"src/train.py"}


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess\nsubprocess.run(['git', 'add', 'src/train.py'])\n",
        "import subprocess\nsubprocess.run(command)\n",
        "def run(words):\n    pass\n\nrun(['python', 'src/train.py'])\n",
        "import os\nprint('python src/train.py')\nos.listdir('src')\n",
        "from airflow.operators.bash import BashOperator\n"
        "BashOperator(bash_command='echo train.py')\n",
    ],
)
def test_a_name_that_is_only_mentioned_is_not_started(linked, code):
    assert launched(linked({"src/train.py": TRAIN, "go.py": code}), "go.py") == set()


def test_a_command_in_code_does_what_it_does_in_a_shell(linked):
    code = "import subprocess\nsubprocess.run('dvc repro', shell=True)\n"
    repository = linked({"go.py": code})
    rows = repository.rows("SELECT action, line, via FROM action WHERE technology = 'dvc'")
    assert rows == [("run_pipeline", 2, "command")]


def test_a_script_named_by_a_variable_of_the_ci_pipeline_is_found(linked):
    step = (
        "from azureml.pipeline.steps import PythonScriptStep\nfrom env import Env\n"
        "e = Env()\nPythonScriptStep(script_name=e.train_script_path)\n"
    )
    repository = linked(
        {
            "src/training/train.py": TRAIN,
            "env.py": "class Env:\n    pass\n",
            "build.py": step,
            "azure-pipelines.yml": "variables:\n"
            "- name: TRAIN_SCRIPT_PATH\n  value: training/train.py\n",
        }
    )
    assert launched(repository, "build.py") == {"src/training/train.py"}


AIRFLOW = "from airflow import DAG\nfrom airflow.operators.python import PythonOperator\n"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (
            "schedule",
            AIRFLOW
            + "from src.train import fit\nwith DAG('a', schedule_interval='@weekly') as dag:\n"
            "    PythonOperator(task_id='t', python_callable=fit)\n",
        ),
        (
            "schedule",
            "from airflow.sdk import DAG\n"
            "from airflow.providers.standard.operators.bash import BashOperator\n"
            "with DAG('a', schedule='0 3 * * 1'):\n"
            "    BashOperator(task_id='t', bash_command='python src/train.py')\n",
        ),
        (
            "schedule",
            "from airflow.decorators import dag, task\n@dag(schedule='@daily')\ndef retrain():\n"
            "    @task\n    def go():\n        from src.train import fit\n"
            "        fit()\n    go()\nretrain()\n",
        ),
        (
            "data_arrival",
            "from airflow.sdk import Asset\n"
            + AIRFLOW
            + "from src.train import fit\nwith DAG('a', schedule=[Asset('s3://b/d')]):\n"
            "    PythonOperator(task_id='t', python_callable=fit)\n",
        ),
        (
            "schedule",
            "from prefect import flow, task\nfrom src.train import fit\n\n@task\n"
            "def step():\n    fit()\n\n"
            "@flow\ndef retrain():\n    step()\n\n"
            "if __name__ == '__main__':\n    retrain.serve(name='w', cron='0 3 * * 1')\n",
        ),
        (
            "schedule",
            "from dagster import Definitions, ScheduleDefinition, asset, define_asset_job\n"
            "from src.train import fit\n\n@asset\ndef model():\n    return fit()\n\n"
            "job = define_asset_job('retrain')\n"
            "weekly = ScheduleDefinition(job=job, cron_schedule='0 3 * * 1')\n"
            "defs = Definitions(assets=[model], schedules=[weekly])\n",
        ),
        (
            "data_arrival",
            "from dagster import job, op, sensor, RunRequest\nfrom src.train import fit\n\n"
            "@op\ndef step():\n    fit()\n\n@job\ndef retrain():\n    step()\n\n"
            "@sensor(job=retrain)\ndef new_file(context):\n    yield RunRequest()\n",
        ),
        (
            "schedule",
            "from zenml import pipeline, step\nfrom zenml.config.schedule import Schedule\n"
            "from src.train import fit\n\n@step\ndef train():\n    fit()\n\n"
            "@pipeline\ndef training():\n    train()\n\ndef main():\n"
            "    training.with_options(schedule=Schedule(cron_expression='0 3 * * 1'))()\n",
        ),
        (
            "schedule",
            "from metaflow import FlowSpec, schedule, step\nfrom src.train import fit\n\n"
            "@schedule(weekly=True)\nclass Train(FlowSpec):\n    @step\n    def start(self):\n"
            "        fit()\n        self.next(self.end)\n    @step\n"
            "    def end(self):\n        pass\n",
        ),
        (
            "schedule",
            "from kfp import Client, dsl\nfrom src.train import fit\n\n"
            "@dsl.component\ndef train():\n"
            "    fit()\n\n@dsl.pipeline\ndef training():\n    train()\n\n"
            "def go(package=training):\n    client = Client()\n    training()\n"
            "    client.create_recurring_run(experiment_id='e', job_name='j',"
            " cron_expression='0 0 3 * * 1')\n",
        ),
        (
            "schedule",
            "from azureml.pipeline.core import Pipeline, Schedule\n"
            "from azureml.pipeline.steps import PythonScriptStep\n\ndef main():\n"
            "    step = PythonScriptStep(script_name='train.py', source_directory='src')\n"
            "    published = Pipeline(ws, [step]).publish('p')\n"
            "    Schedule.create(ws, name='s', pipeline_id=published.id)\n",
        ),
    ],
)
def test_a_schedule_in_code_reaches_what_trains(linked, kind, code):
    repository = linked({"src/train.py": TRAIN, "dags/retrain.py": code})
    rows = repository.rows(
        "SELECT DISTINCT kind, live FROM trigger_reach WHERE path = 'src/train.py' "
        "AND scope = 'fit'"
    )
    assert rows == [(kind, 1)]


@pytest.mark.parametrize(
    "arguments",
    [
        "schedule=None",
        "schedule_interval='@once'",
        "schedule='@daily', is_paused_upon_creation=True",
    ],
)
def test_a_dag_that_does_not_start_by_itself_has_no_live_trigger(linked, arguments):
    code = AIRFLOW + (
        f"from src.train import fit\nwith DAG('a', {arguments}):\n"
        "    PythonOperator(task_id='t', python_callable=fit)\n"
    )
    repository = linked({"src/train.py": TRAIN, "dags/retrain.py": code})
    assert repository.rows("SELECT * FROM trigger_reach WHERE live") == []


def test_a_decorated_dag_can_be_paused(linked):
    code = (
        "from airflow.decorators import dag\nfrom src.train import fit\n"
        "@dag(schedule='@daily', is_paused_upon_creation=True)\ndef retrain():\n"
        "    fit()\nretrain()\n"
    )
    repository = linked({"src/train.py": TRAIN, "dags/retrain.py": code})
    rows = repository.rows("SELECT DISTINCT detail, live FROM trigger_reach")
    assert rows == [("@daily", 0)]


BUNDLE = """\
resources:
  jobs:
    retrain:
      schedule: {quartz_cron_expression: '0 0 3 ? * MON', timezone_id: UTC%s}
      tasks:
        - task_key: prepare
          notebook_task: {notebook_path: ../notebooks/prepare}
        - task_key: fit
          depends_on: [{task_key: prepare}]
          spark_python_task: {python_file: ../src/train.py}
"""


@pytest.mark.parametrize(("paused", "live"), [("", 1), (", pause_status: PAUSED", 0)])
def test_the_schedule_of_a_bundle_reaches_what_its_tasks_run(linked, paused, live):
    repository = linked(
        {
            "databricks.yml": "bundle: {name: b}\ninclude: [resources/*.yml]\n",
            "resources/jobs.yml": BUNDLE % paused,
            "src/train.py": TRAIN,
            "notebooks/prepare.py": "# Databricks notebook source\nprint(1)\n",
        }
    )
    rows = repository.rows(
        "SELECT DISTINCT path, kind, live FROM trigger_reach WHERE path LIKE '%.py' ORDER BY path"
    )
    assert rows == [
        ("notebooks/prepare.py", "schedule", live),
        ("src/train.py", "schedule", live),
    ]


def test_a_deployment_file_reaches_the_flow_that_it_starts(linked):
    flow = "from prefect import flow\nfrom train import fit\n\n@flow\ndef retrain():\n    fit()\n"
    repository = linked(
        {
            "prefect.yaml": "deployments:\n- name: weekly\n  entrypoint: src/flows.py:retrain\n"
            "  schedules:\n  - cron: 0 3 * * 1\n- name: by-hand\n  entrypoint: src/other.py:go\n"
            "  schedules:\n  - {cron: 0 4 * * 1, active: false}\n",
            "src/flows.py": flow,
            "src/other.py": "from prefect import flow\n\n@flow\ndef go():\n    pass\n",
            "src/train.py": TRAIN,
        }
    )
    rows = repository.rows(
        "SELECT path, scope, live FROM trigger_reach WHERE scope IN ('fit', 'go')"
    )
    assert sorted(rows) == [("src/other.py", "go", 0), ("src/train.py", "fit", 1)]


def test_a_cron_job_in_a_cluster_reaches_the_script_in_its_image(linked):
    job = (
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: retrain}\nspec:\n"
        "  schedule: '0 3 * * 1'\n  jobTemplate:\n    spec:\n      template:\n        spec:\n"
        "          containers:\n          - image: train\n"
        "            command: [python, /app/src/train.py]\n"
    )
    repository = linked({"k8s/job.yaml": job, "src/train.py": TRAIN})
    rows = repository.rows("SELECT kind, live FROM trigger_reach WHERE path = 'src/train.py'")
    assert ("schedule", 1) in rows
