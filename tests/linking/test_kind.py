"""What kind of repository it is."""

import json

import pytest

FIT = "from sklearn.svm import SVC\n\ndef train():\n    return SVC().fit([[1]], [1])\n"
MAIN = FIT + "\nif __name__ == '__main__':\n    train()\n"
NOTEBOOK = json.dumps(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "language": "python"}},
        "cells": [
            {
                "cell_type": "code",
                "id": "a",
                "metadata": {},
                "execution_count": 1,
                "outputs": [],
                "source": "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n",
            }
        ],
    }
)
LIBRARY = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "pandas-helper"
version = "1.0"
description = "Helps."
classifiers = ["Programming Language :: Python :: 3"]
urls = {Homepage = "https://example.org"}
"""
SERVING = """\
import joblib
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("model.joblib")

@app.post("/predict")
def predict(row: dict):
    return model.predict([row])
"""


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        ("non-ml", {"app.py": "import flask\napp = flask.Flask(__name__)\n"}),
        ("non-ml", {"a.py": "import numpy\nprint(numpy.zeros(3))\n"}),
        ("non-ml", {"README.md": "Trains a model with scikit-learn.\n"}),
        ("exploration", {"eda.ipynb": NOTEBOOK, "README.md": "Titanic\n"}),
        ("experimentation", {"train.py": MAIN}),
        ("experimentation", {"train.py": MAIN, "look.ipynb": NOTEBOOK}),
        ("experimentation", {"train.py": "# Databricks notebook source\n" + FIT + "train()\n"}),
        ("production", {"train.py": MAIN, "serve.py": SERVING}),
        (
            "library",
            {
                "pyproject.toml": LIBRARY,
                "helper/__init__.py": FIT,
                "tests/test_helper.py": "from helper import train\n\ndef test_it():\n    train()\n",
                "examples/show.ipynb": NOTEBOOK,
            },
        ),
        (
            "experimentation",
            {
                "pyproject.toml": LIBRARY,
                "helper/__init__.py": FIT,
                "train.py": "from helper import train\n" + MAIN,
            },
        ),
    ],
)
def test_kind(linked, kind, files):
    assert linked(files).kind == kind


def test_a_declared_kind_wins(linked):
    from mlops_audit.linking import Overrides

    repository = linked({"train.py": MAIN}, overrides=Overrides(kind="exploration"))
    assert repository.kind == "exploration"


def test_the_reason_names_where_it_shows(linked):
    repository = linked({"train.py": MAIN})
    assert repository.rows("SELECT path, line FROM trait WHERE name = 'trains'") == [
        ("train.py", 4)
    ]
