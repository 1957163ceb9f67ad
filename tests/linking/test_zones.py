"""What each file is for."""

from test_kind import MAIN, NOTEBOOK, SERVING

from mlops_audit.linking import Overrides


def test_zones_of_an_ordinary_repository(linked):
    repository = linked(
        {
            "README.md": "# It\n",
            "notebooks/look.ipynb": NOTEBOOK,
            "notebooks/helper.py": "def f():\n    pass\n",
            "src/train.py": MAIN,
            "src/serve.py": "from features import make\n" + SERVING,
            "src/features.py": "def make():\n    pass\n",
            "tests/test_it.py": "def test_it():\n    assert 1\n",
            "infra/main.tf": 'resource "x" "y" {}\n',
        }
    )
    zones = dict(repository.rows("SELECT path, zone FROM file_zone"))
    assert zones == {
        "README.md": "docs",
        "notebooks/look.ipynb": "exploration",
        "notebooks/helper.py": "exploration",
        "src/train.py": "development",
        "src/serve.py": "production",
        "src/features.py": "production",
        "tests/test_it.py": "test",
        "infra/main.tf": "production",
    }


def test_a_notebook_that_a_schedule_runs_is_not_exploration(linked):
    workflow = (
        "on:\n  schedule: [{cron: '0 3 * * 1'}]\njobs:\n  run:\n    runs-on: x\n    steps:\n"
        "      - run: papermill notebooks/train.ipynb out.ipynb\n"
    )
    repository = linked({"notebooks/train.ipynb": NOTEBOOK, ".github/workflows/w.yml": workflow})
    assert repository.zone("notebooks/train.ipynb") == "development"


def test_a_declared_zone_wins(linked):
    overrides = Overrides(zones={"notebooks/*": "development"})
    repository = linked({"notebooks/look.ipynb": NOTEBOOK}, overrides=overrides)
    assert repository.zone("notebooks/look.ipynb") == "development"
