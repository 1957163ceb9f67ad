"""Which code calls which other code."""

import pytest


def test_a_call_reaches_a_function_of_the_same_file(linked):
    repository = linked({"a.py": "def load():\n    pass\n\ndef main():\n    load()\n"})
    assert repository.calls("a.py", "main") == {("a.py", "load", "high")}


def test_a_name_imported_through_a_package_reaches_its_definition(linked):
    repository = linked(
        {
            "run.py": "from pkg import load\nload()\n",
            "pkg/__init__.py": "from .io import load\n",
            "pkg/io.py": "def load():\n    pass\n",
        }
    )
    assert ("pkg/io.py", "load", "high") in repository.calls("run.py")
    assert ("pkg/__init__.py", "", "high") in repository.calls("run.py")


def test_a_package_below_src_is_imported_by_its_own_name(linked):
    repository = linked(
        {
            "train.py": "from shop.model import fit\nfit()\n",
            "src/shop/__init__.py": "",
            "src/shop/model.py": "def fit():\n    pass\n",
        }
    )
    assert ("src/shop/model.py", "fit", "high") in repository.calls("train.py")


def test_a_method_is_found_through_inheritance_in_another_file(linked):
    repository = linked(
        {
            "base.py": "class Base:\n    def __init__(self):\n        pass\n"
            "    def run(self):\n        self.work()\n",
            "job.py": "from base import Base\n"
            "class Job(Base):\n    def work(self):\n        pass\n",
            "main.py": "from job import Job\nj = Job()\nj.run()\n",
        }
    )
    called = repository.calls("main.py")
    assert ("base.py", "Base.run", "high") in called
    assert ("base.py", "Base.__init__", "high") in called


def test_a_method_of_a_base_class_may_run_what_overrides_it(linked):
    repository = linked(
        {
            "jobs.py": "import abc\n"
            "class Job(abc.ABC):\n    def run(self):\n        raise NotImplementedError\n"
            "class Train(Job):\n    def run(self):\n        pass\n"
        }
    )
    assert ("jobs.py", "Train.run", "medium") in repository.calls("jobs.py", "Job.run")


def test_methods_that_a_framework_calls_belong_to_the_class(linked):
    repository = linked(
        {
            "net.py": "import lightning\n"
            "class Net(lightning.LightningModule):\n"
            "    def training_step(self, batch):\n        pass\n"
        }
    )
    assert ("net.py", "Net.training_step", "medium") in repository.calls("net.py", "Net")


@pytest.mark.parametrize(
    "code",
    [
        "from multiprocessing import Pool\nfrom steps import train\nPool().map(train, [1])\n",
        "from airflow.operators.python import PythonOperator\nfrom steps import train\n"
        "PythonOperator(task_id='t', python_callable=train)\n",
    ],
)
def test_a_function_handed_on_as_a_value_is_referred_to(linked, code):
    repository = linked({"dag.py": code, "steps.py": "def train():\n    pass\n"})
    assert ("steps.py", "train", "reference") in {
        tuple(row)
        for row in repository.rows("SELECT target_path, target_scope, kind FROM call_edge")
    }


def test_a_call_on_an_unknown_receiver_reaches_the_only_method_of_that_name(linked):
    repository = linked(
        {
            "a.py": "def go(thing):\n    thing.train_model()\n    thing.append(1)\n",
            "b.py": "class T:\n    def train_model(self):\n        pass\n"
            "    def append(self, x):\n        pass\n",
        }
    )
    assert repository.calls("a.py", "go") == {("b.py", "T.train_model", "low")}


def test_a_module_named_like_a_dependency_deep_in_a_package_is_not_that_dependency(linked):
    repository = linked(
        {
            "train.py": "import mlflow\nmlflow.start_run()\n",
            "requirements.txt": "mlflow==2.9\n",
            "pkg/__init__.py": "",
            "pkg/integrations/__init__.py": "",
            "pkg/integrations/mlflow.py": "def start_run():\n    pass\n",
        }
    )
    assert repository.calls("train.py") == set()


def test_copies_of_one_project_import_their_own_modules(linked):
    copy = {"train.py": "from data import load\nload()\n", "data.py": "def load():\n    pass\n"}
    repository = linked(
        {f"week_{week}/{name}": text for week in (1, 2) for name, text in copy.items()}
    )
    assert repository.calls("week_2/train.py") == {
        ("week_2/data.py", "", "high"),
        ("week_2/data.py", "load", "high"),
    }


def test_classes_that_inherit_from_each_other_end(linked):
    repository = linked({"a.py": "class A(B):\n    pass\nclass B(A):\n    pass\nA().run()\n"})
    assert ("a.py", "A", "high") in repository.calls("a.py")


def test_a_very_long_chain_of_aliases_ends(linked):
    lines = [f"from m{i + 1} import f" for i in range(40)]
    repository = linked({f"m{i}.py": f"{line}\nf()\n" for i, line in enumerate(lines)})
    assert ("m1.py", "", "high") in repository.calls("m0.py")


def test_a_package_that_the_repository_builds_is_its_own_code(linked):
    repository = linked(
        {
            "training/pyproject.toml": '[project]\nname = "my_training"\nversion = "1"\n',
            "training/my_training/__init__.py": "",
            "training/my_training/fit.py": "def run():\n    pass\n",
            "scoring/pyproject.toml": '[project]\nname = "scoring"\nversion = "1"\n'
            'dependencies = ["my-training"]\n',
            "dags/weekly.py": "from my_training import fit\nfit.run()\n",
        }
    )
    assert ("training/my_training/fit.py", "run", "medium") in repository.calls("dags/weekly.py")


def test_a_module_of_a_package_does_not_hide_a_declared_dependency_of_its_name(linked):
    files = {
        "requirements.txt": "mlflow==2.20.1\n",
        "src/shop/__init__.py": "",
        "src/shop/mlflow.py": "import mlflow\ndef note(x):\n    mlflow.log_metric('x', x)\n",
        "src/shop/train.py": "import mlflow\nmlflow.log_metric('a', 1)\n",
    }
    rows = linked(files).rows("SELECT path, line FROM action WHERE action = 'log_metric'")
    assert rows == [("src/shop/mlflow.py", 3), ("src/shop/train.py", 2)]


def test_a_script_beside_a_module_means_that_module(linked):
    files = {
        "requirements.txt": "mlflow==2.20.1\n",
        "mlflow.py": "def log_metric(*values):\n    pass\n",
        "train.py": "import mlflow\nmlflow.log_metric('a', 1)\n",
    }
    assert linked(files).rows("SELECT 1 FROM action WHERE action = 'log_metric'") == []


def test_modules_that_import_each_other_are_linked_once_around(linked):
    found = linked(
        {
            "a.py": "import b\n\ndef f():\n    return b.g()\n",
            "b.py": "import c\nfrom a import *\n\ndef g():\n    return c.h()\n",
            "c.py": "from a import f\n\ndef h():\n    return f()\n",
            "main.py": "import a\n\nif __name__ == '__main__':\n    a.f()\n",
        }
    )
    assert ("b.py", "g", "high") in found.calls("a.py", "f")
    assert ("c.py", "h", "high") in found.calls("b.py", "g")
    assert ("a.py", "f", "high") in found.calls("c.py", "h")
    reached = found.rows("SELECT path, scope FROM entry_reach WHERE entry_path = 'main.py'")
    assert {("a.py", "f"), ("b.py", "g"), ("c.py", "h")} <= set(reached)


def test_what_a_call_gave_is_not_what_gave_it(linked):
    repository = linked(
        {
            "make.py": "def field():\n    return 1\ndef loss(x):\n    return x\n"
            "class Net:\n    def __call__(self, x):\n        return x\n",
            "own.py": "from make import Net, field, loss\n"
            "class State:\n    apply = field()\n    loss = loss\n    net = Net()\n",
            "run.py": "from own import State\ndef go():\n    state = State()\n"
            "    state.apply(1)\n    state.loss(2)\n    state.net(3)\n",
        }
    )
    called = {(path, scope) for path, scope, _ in repository.calls("run.py", "go")}
    assert ("make.py", "loss") in called
    assert ("make.py", "Net.__call__") in called
    assert ("make.py", "Net") not in called
    assert ("make.py", "field") not in called


def test_a_receiver_that_its_file_does_not_explain_stays_named_so(linked):
    repository = linked({"a.py": "def go(thing):\n    thing.fit(1)\n    thing.part.fit(2)\n"})
    assert repository.rows("SELECT target FROM call ORDER BY line") == [("?.fit",), ("?.fit",)]


def test_what_callers_give_is_less_sure_than_what_the_file_says(linked):
    repository = linked(
        {
            "a.py": "from b import go\nfrom job import Job\nJob().run()\ngo(Job())\n",
            "b.py": "def go(thing):\n    thing.run()\n",
            "job.py": "class Job:\n    def run(self):\n        pass\n"
            "class Other:\n    def run(self):\n        pass\n",
        }
    )
    assert ("job.py", "Job.run", "high") in repository.calls("a.py")
    assert repository.calls("b.py", "go") == {("job.py", "Job.run", "medium")}
