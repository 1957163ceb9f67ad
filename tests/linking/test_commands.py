"""What a command runs."""

import pytest

WORKFLOW = """\
name: train
on:
  workflow_dispatch:
jobs:
  train:
    runs-on: ubuntu-latest
    steps:
      - run: {command}
"""
FILES = {
    "train.py": "print('training')\n",
    "shop/__init__.py": "",
    "shop/__main__.py": "print()\n",
    "shop/app.py": "app = object()\n",
    "shop/cli.py": "def main():\n    pass\n",
    "scripts/go.sh": "python train.py\n",
    "Makefile": "all: model\n\nmodel:\n\tpython train.py\n",
    "dvc.yaml": "stages:\n  prep:\n    cmd: python prep.py\n    outs: [data]\n"
    "  fit:\n    cmd: python train.py\n    deps: [data]\n",
    "pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\n"
    "[project.scripts]\nshop-train = 'shop.cli:main'\n",
    "Dockerfile": "FROM python:3.11\nCMD ['python', 'train.py']\n",
    "tests/test_shop.py": "def test_it():\n    assert 1\n",
}


def targets(repository, path=".github/workflows/ci.yml"):
    return [
        tuple(row)
        for row in repository.store.connection.execute(
            "SELECT status, target_path, target_scope FROM command_target WHERE path = ?"
            " ORDER BY position, target_path, target_scope",
            (path,),
        )
    ]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python train.py --lr 0.1", [("resolved", "train.py", "")]),
        ("python -u train.py", [("resolved", "train.py", "")]),
        ("python -m shop", [("resolved", "shop/__main__.py", "")]),
        ("torchrun --nproc_per_node 2 train.py", [("resolved", "train.py", "")]),
        ("accelerate launch --config_file c.yaml train.py", [("resolved", "train.py", "")]),
        ("bash scripts/go.sh", [("resolved", "scripts/go.sh", "")]),
        ("./scripts/go.sh", [("resolved", "scripts/go.sh", "")]),
        ("make model", [("resolved", "Makefile", "task:model")]),
        ("make", [("resolved", "Makefile", "task:all")]),
        ("make deploy", [("missing", None, None)]),
        (
            "dvc repro",
            [("resolved", "dvc.yaml", "stage:fit"), ("resolved", "dvc.yaml", "stage:prep")],
        ),
        ("dvc repro fit", [("resolved", "dvc.yaml", "stage:fit")]),
        ("dvc pull", [("external", None, None)]),
        ("uvicorn --reload shop.app:app --port 80", [("resolved", "shop/app.py", "")]),
        ("gunicorn -w 4 shop.app:app", [("resolved", "shop/app.py", "")]),
        ("pytest -q tests", [("resolved", "tests/test_shop.py", "")]),
        ("pytest", [("resolved", "tests/test_shop.py", "")]),
        ("docker build -t shop .", [("resolved", "Dockerfile", "")]),
        ("pip install -r requirements.txt", [("external", None, None)]),
        ("python evaluate.py", [("missing", None, None)]),
        ("python $SCRIPT", [("unresolved", None, None)]),
        (
            "shop-train --fast",
            [("resolved", "shop/cli.py", ""), ("resolved", "shop/cli.py", "main")],
        ),
    ],
)
def test_what_a_command_of_a_workflow_runs(linked, command, expected):
    workflow = WORKFLOW.format(command=command)
    repository = linked({**FILES, ".github/workflows/ci.yml": workflow})
    assert targets(repository) == expected


def test_a_command_is_looked_up_in_its_working_directory(linked):
    workflow = WORKFLOW.format(command="python main.py") + "        working-directory: jobs\n"
    repository = linked(
        {".github/workflows/ci.yml": workflow, "jobs/main.py": "", "other/main.py": ""}
    )
    assert targets(repository) == [("resolved", "jobs/main.py", "")]


def test_a_path_inside_an_image_is_found_by_its_tail(linked):
    repository = linked(
        {
            "service/Dockerfile": "FROM python\nWORKDIR /app\nCOPY . .\n"
            'CMD ["python", "/app/main.py"]\n',
            "service/main.py": "",
        }
    )
    assert ("resolved", "service/main.py", "") in targets(repository, "service/Dockerfile")
