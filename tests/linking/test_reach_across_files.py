"""What an entry point reaches, through as many files as it takes."""

import json

import pytest

TRACK = """
import mlflow

class Tracker:
    def __init__(self, name):
        self.name = name
    def note(self, key, value):
        mlflow.log_metric(key, value)
"""
LEARN = """
from sklearn.svm import SVC

def learn(X, y, tracker=None):
    model = SVC()
    model.fit(X, y)
    report(model, tracker)
    return model

def report(model, tracker):
    from shop.track import Tracker
    Tracker("x").note("a", 1)
"""
SHOP = {"shop/__init__.py": "", "shop/track.py": TRACK, "shop/learn.py": LEARN}

#: name: (files beside the package `shop`, kind of the entry point, its path)
CASES: dict[str, tuple[dict[str, str], str, str]] = {
    "a guarded script": (
        {"train.py": "from shop.learn import learn\nif __name__ == '__main__':\n    learn(1, 2)\n"},
        "main_guard",
        "train.py",
    ),
    "a plain script": (
        {"train.py": "from shop import learn\nlearn.learn(1, 2)\n"},
        "script",
        "train.py",
    ),
    "a notebook": (
        {
            "a.ipynb": json.dumps(
                {
                    "nbformat": 4,
                    "nbformat_minor": 5,
                    "metadata": {"kernelspec": {"language": "python", "name": "python3"}},
                    "cells": [
                        {
                            "cell_type": "code",
                            "id": "a",
                            "metadata": {},
                            "outputs": [],
                            "execution_count": 1,
                            "source": ["from shop.learn import learn\n", "learn(1, 2)"],
                        }
                    ],
                }
            )
        },
        "notebook",
        "a.ipynb",
    ),
    "a command of click": (
        {
            "cli.py": "import click\nfrom shop.learn import learn\n@click.group()\ndef cli():\n"
            "    pass\n@cli.command()\ndef train():\n    learn(1, 2)\n"
        },
        "cli_command",
        "cli.py",
    ),
    "a command of typer": (
        {
            "cli.py": "import typer\nfrom shop.learn import learn\napp = typer.Typer()\n"
            "@app.command('train')\ndef run():\n    learn(1, 2)\n"
        },
        "cli_command",
        "cli.py",
    ),
    "commands of argparse": (
        {
            "cli.py": "import argparse\nfrom shop.learn import learn\ndef cmd_train(args):\n"
            "    learn(1, 2)\ndef main():\n    parser = argparse.ArgumentParser()\n"
            "    sub = parser.add_subparsers()\n    one = sub.add_parser('train')\n"
            "    one.set_defaults(func=cmd_train)\n    args = parser.parse_args()\n"
            "    args.func(args)\nif __name__ == '__main__':\n    main()\n"
        },
        "main_guard",
        "cli.py",
    ),
    "a table of commands": (
        {
            "cli.py": "import sys\nfrom shop.learn import learn\ndef train():\n    learn(1, 2)\n"
            "def show():\n    pass\nCOMMANDS = {'show': show, 'train': train}\n"
            "if __name__ == '__main__':\n    COMMANDS[sys.argv[1]]()\n"
        },
        "main_guard",
        "cli.py",
    ),
    "a console script": (
        {
            "pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\n"
            "[project.scripts]\nshop-train = 'shop.cli:main'\n",
            "shop/cli.py": "from shop.learn import learn\ndef main():\n    learn(1, 2)\n",
        },
        "console_script",
        "shop/cli.py",
    ),
    "a console script of setup.py": (
        {
            "setup.py": "from setuptools import setup\nsetup(name='shop', entry_points={"
            "'console_scripts': ['shop-train=shop.cli:main']})\n",
            "shop/cli.py": "from .learn import learn\ndef main():\n    learn(1, 2)\n",
        },
        "console_script",
        "shop/cli.py",
    ),
    "a web route": (
        {
            "app.py": "from fastapi import FastAPI\nfrom shop.learn import learn\napp = FastAPI()\n"
            "@app.post('/retrain')\ndef retrain():\n    learn(1, 2)\n"
        },
        "web_route",
        "app.py",
    ),
    "a task in the background of a web route": (
        {
            "app.py": "from fastapi import BackgroundTasks, FastAPI\nfrom shop.learn import learn\n"
            "app = FastAPI()\n@app.post('/retrain')\ndef retrain(tasks: BackgroundTasks):\n"
            "    tasks.add_task(learn, 1, 2)\n"
        },
        "web_route",
        "app.py",
    ),
    "a flow of tasks": (
        {
            "flow.py": "from prefect import flow, task\nfrom shop.learn import learn\n"
            "@task\ndef fit():\n    return learn(1, 2)\n@flow\ndef main():\n    fit.submit()\n"
        },
        "flow",
        "flow.py",
    ),
    "a task of Celery": (
        {
            "tasks.py": "from celery import Celery\nfrom shop.learn import learn\n"
            "app = Celery('a')\n@app.task\ndef retrain():\n    learn(1, 2)\n"
        },
        "task",
        "tasks.py",
    ),
    "a task of invoke": (
        {
            "tasks.py": "from invoke import task\nfrom shop.learn import learn\n"
            "@task\ndef train(c):\n    learn(1, 2)\n"
        },
        "task",
        "tasks.py",
    ),
    "a package that is run": (
        {
            "shop/__main__.py": "from .learn import learn\nlearn(1, 2)\n",
            "Makefile": "train:\n\tpython -m shop\n",
        },
        "script",
        "shop/__main__.py",
    ),
    "a script that starts another": (
        {
            "run.py": "import subprocess, sys\nif __name__ == '__main__':\n"
            "    subprocess.run([sys.executable, '-m', 'shop.job'], check=True)\n",
            "shop/job.py": "from shop.learn import learn\nif __name__ == '__main__':\n"
            "    learn(1, 2)\n",
        },
        "main_guard",
        "run.py",
    ),
    "a module run by name": (
        {
            "run.py": "import runpy\nif __name__ == '__main__':\n"
            "    runpy.run_module('shop.job')\n",
            "shop/job.py": "from shop.learn import learn\nlearn(1, 2)\n",
        },
        "main_guard",
        "run.py",
    ),
    "a function handed to a pool": (
        {
            "run.py": "from concurrent.futures import ProcessPoolExecutor\n"
            "from functools import partial\nfrom shop.learn import learn\n"
            "if __name__ == '__main__':\n    with ProcessPoolExecutor() as pool:\n"
            "        pool.submit(partial(learn, 1), 2)\n"
        },
        "main_guard",
        "run.py",
    ),
    "a decorator of one's own": (
        {
            "run.py": "import functools\nfrom shop.learn import learn\ndef timed(f):\n"
            "    @functools.wraps(f)\n    def inner(*a):\n        return f(*a)\n    return inner\n"
            "@timed\ndef main():\n    learn(1, 2)\nif __name__ == '__main__':\n    main()\n"
        },
        "main_guard",
        "run.py",
    ),
    "a method that a subclass elsewhere overrides": (
        {
            "shop/base.py": "class Job:\n    def run(self):\n        self.step()\n"
            "    def step(self):\n        raise NotImplementedError\n",
            "shop/job.py": "from .base import Job\nfrom .learn import learn\nclass Train(Job):\n"
            "    def step(self):\n        learn(1, 2)\n",
            "run.py": "from shop.job import Train\nif __name__ == '__main__':\n    Train().run()\n",
        },
        "main_guard",
        "run.py",
    ),
    "a job that a factory makes": (
        {
            "shop/job.py": "from .learn import learn\nclass Train:\n    def execute(self):\n"
            "        learn(1, 2)\n",
            "shop/jobs.py": "from .job import Train\nJOBS = {'train': Train}\ndef make(name):\n"
            "    return JOBS[name]()\n",
            "run.py": "from shop.jobs import make\nif __name__ == '__main__':\n"
            "    make('train').execute()\n",
        },
        "main_guard",
        "run.py",
    ),
    "a registry that a decorator fills": (
        {
            "shop/registry.py": "JOBS = {}\ndef register(name):\n    def add(f):\n"
            "        JOBS[name] = f\n        return f\n    return add\n",
            "shop/jobs.py": "from .learn import learn\nfrom .registry import register\n"
            "@register('train')\ndef train():\n    learn(1, 2)\n",
            "run.py": "import shop.jobs\nfrom shop.registry import JOBS\n"
            "if __name__ == '__main__':\n    JOBS['train']()\n",
        },
        "main_guard",
        "run.py",
    ),
    "what is called back": (
        {
            "shop/loop.py": "class Loop:\n    def __init__(self, hooks):\n"
            "        self.hooks = hooks\n    def run(self):\n        for hook in self.hooks:\n"
            "            hook.after_epoch()\n",
            "shop/hooks.py": "from .learn import learn\nclass Hook:\n    def after_epoch(self):\n"
            "        learn(1, 2)\n",
            "run.py": "from shop.hooks import Hook\nfrom shop.loop import Loop\n"
            "if __name__ == '__main__':\n    Loop([Hook()]).run()\n",
        },
        "main_guard",
        "run.py",
    ),
    "an object that the caller gives": (
        {
            "shop/service.py": "class Service:\n    def __init__(self, worker):\n"
            "        self.worker = worker\n    def run(self):\n        self.worker.run()\n",
            "shop/worker.py": "from .learn import learn\nclass Worker:\n    def run(self):\n"
            "        learn(1, 2)\nclass Idle:\n    def run(self):\n        pass\n",
            "run.py": "from shop.service import Service\nfrom shop.worker import Worker\n"
            "if __name__ == '__main__':\n    Service(worker=Worker()).run()\n",
        },
        "main_guard",
        "run.py",
    ),
}


def reached(repository, kind, path):
    return {
        (action, file)
        for action, file in repository.rows(
            "SELECT a.action, a.path FROM entry_point e"
            " JOIN entry_reach r ON r.entry_path = e.path AND r.entry_scope = e.scope"
            " JOIN action a ON a.path = r.path AND a.scope = r.scope"
            f" WHERE e.kind = '{kind}' AND e.path = '{path}'"
        )
    }


@pytest.mark.parametrize("name", CASES)
def test_training_and_its_metrics_are_reached(linked, name):
    files, kind, path = CASES[name]
    found = reached(linked({**SHOP, **files}), kind, path)
    assert ("train", "shop/learn.py") in found
    assert ("log_metric", "shop/track.py") in found


def test_what_is_only_imported_is_not_reached(linked):
    files = {
        **SHOP,
        "run.py": "from shop.learn import learn\nif __name__ == '__main__':\n    print(1)\n",
    }
    assert reached(linked(files), "main_guard", "run.py") == set()


def test_an_object_of_another_class_is_not_taken_for_it(linked):
    files, kind, path = CASES["an object that the caller gives"]
    other = {**SHOP, **files, "run.py": files["run.py"].replace("Worker", "Idle")}
    assert reached(linked(other), kind, path) == set()
