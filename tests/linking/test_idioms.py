"""What code does by hand, without a call that a library gives away."""

import json

import pytest

TORCH_LOOP = """\
import torch

def train(model, loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for x, y in loader:
        optimizer.zero_grad()
        loss = model(x, y)
        loss.backward()
        optimizer.step()
"""


def found(linked, files, *actions):
    """Return `action path:line` of what idioms found, of the given actions or of all."""
    rows = linked(files).rows(
        "SELECT action, path, line FROM action WHERE via = 'idiom' ORDER BY path, line, action"
    )
    return [f"{action} {path}:{line}" for action, path, line in rows if action in actions]


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (["train a.py:8"], TORCH_LOOP),
        # Gradients of an input: an attack or an explanation, no training.
        ([], "import torch\ndef attack(x, loss):\n    loss.backward()\n    return x.grad.sign()\n"),
        # A scheduler's step is no optimiser's.
        (
            [],
            "import torch\ndef f(loss, p):\n    loss.backward()\n"
            "    s = torch.optim.lr_scheduler.StepLR(p, 1)\n    s.step()\n",
        ),
        (
            ["train a.py:3"],
            "import jax, optax\ndef step(params, tx, s):\n    g = jax.grad(loss)(params)\n"
            "    updates, s = tx.update(g, s)\n    return optax.apply_updates(params, updates)\n",
        ),
        # A transformation of functions updates what it was given, no weights.
        (
            [],
            "import extract, jax\ndef wrap(f, state):\n    g = jax.grad(f)\n"
            "    state.update(g)\n    extract.apply_updates(g)\n",
        ),
        # Not PyTorch at all.
        ([], "def f(book, optimizer):\n    book.backward()\n    optimizer.step()\n"),
        (
            ["train a.py:6"],
            "import torch\ndef f(optimizer, model, x):\n    def closure():\n"
            "        optimizer.zero_grad()\n        loss = model(x)\n        loss.backward()\n"
            "        return loss\n    optimizer.step(closure)\n",
        ),
        (
            ["train a.py:6"],
            "from accelerate import Accelerator\nimport torch\naccelerator = Accelerator()\n"
            "def f(model, optimizer, batch):\n    loss = model(batch)\n"
            "    accelerator.backward(loss)\n    optimizer.step()\n",
        ),
        (
            ["train a.py:3"],
            "import tensorflow as tf\ndef step(model, x, optimizer):\n"
            "    with tf.GradientTape() as tape:\n        loss = model(x)\n"
            "    optimizer.apply_gradients(zip(tape.gradient(loss, model.v), model.v))\n",
        ),
        # The model's fit is the training; its step is not another one.
        (
            [],
            "import tensorflow as tf\nclass Net(tf.keras.Model):\n    def train_step(self, x):\n"
            "        with tf.GradientTape() as tape:\n            loss = self(x)\n"
            "        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.v), self.v))\n",
        ),
        (
            ["train a.py:3"],
            "import jax, optax\ndef step(params, x, state, opt):\n"
            "    grads = jax.grad(loss)(params, x)\n    updates, state = opt.update(grads, state)\n"
            "    return optax.apply_updates(params, updates)\n",
        ),
    ],
)
def test_training_loops(linked, expected, code):
    assert found(linked, {"a.py": code}, "train") == expected


def test_a_training_loop_belongs_to_its_library(linked):
    rows = linked({"a.py": TORCH_LOOP}).rows(
        "SELECT technology, name, confidence FROM action WHERE action = 'train'"
    )
    assert rows == [("pytorch", "loss.backward() and optimizer.step()", "high")]


def test_a_training_loop_in_a_test_is_no_training(linked):
    assert found(linked, {"tests/test_a.py": TORCH_LOOP}, "train") == []


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (["seed a.py:2"], "from ray.data import read_csv\nread_csv('a').random_shuffle(seed=3)\n"),
        ([], "from ray.data import read_csv\nread_csv('a').random_shuffle(seed=None)\n"),
        # Known libraries say it themselves.
        ([], "from sklearn.svm import SVC\nSVC(random_state=1)\n"),
        # Randomness of something else.
        ([], "import turtle\nturtle.Pen(seed=3)\n"),
        (["seed a.py:2"], "from somewhere import seed_everything\nseed_everything(1)\n"),
        # The repository's own helper is followed to what it calls.
        ([], "import torch\ndef set_seed(s):\n    torch.manual_seed(s)\nset_seed(1)\n"),
        (["deterministic a.py:2"], "import torch\ntorch.backends.cudnn.deterministic = True\n"),
        ([], "import torch\ntorch.backends.cudnn.deterministic = False\n"),
    ],
)
def test_seeds(linked, expected, code):
    assert found(linked, {"a.py": code}, "seed", "deterministic") == expected


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (["split a.py:1"], "train = df[df.day < cut]\ntest = df[df.day >= cut]\n"),
        (["split a.py:2"], "n = int(0.8 * len(x))\nx_train, x_test = x[:n], x[n:]\n"),
        (["split a.py:1"], "train_size = int(0.8 * len(rows))\nfit(rows, train_size)\n"),
        (["split a.py:1"], "train_ds = ds.take(9)\nval_ds = ds.skip(9)\n"),
        (["split a.py:1"], "train = df.sample(frac=0.8)\ntest = df.drop(train.index)\n"),
        (
            ["split a.py:2"],
            "from torchvision.datasets import MNIST\na = MNIST('d', train=True)\n"
            "b = MNIST('d', train=False)\n",
        ),
        (
            ["split a.py:2"],
            "from datasets import load_dataset\na = load_dataset('x', split='train')\n"
            "b = load_dataset('x', split='test')\n",
        ),
        (
            ["split a.py:2"],
            "from datasets import load_dataset\na = load_dataset('x', split='train[:80%]')\n"
            "b = load_dataset('x', split='train[80%:]')\n",
        ),
        (["split a.py:1"], "model.fit(x, y, validation_split=0.2)\n"),
        ([], "model.fit(x, y, validation_split=0.0)\n"),
        (
            ["split a.py:2"],
            "from keras.datasets import mnist\n(x_train, y), (x_test, z) = mnist.load_data()\n",
        ),
        (
            ["split a.py:2"],
            "import pandas as pd\na = pd.read_csv('d/train.csv')\nb = pd.read_csv('d/test.csv')\n",
        ),
        # One part only, or parts of different things.
        ([], "train = df[df.day < cut]\n"),
        ([], "train = trips[:5]\ntest = flights[:5]\n"),
        ([], "import pandas as pd\na = pd.read_csv('train.csv')\nb = pd.read_csv('other.csv')\n"),
        # Settings that have two sections.
        ([], "train = config['training']\nval = config['validation']\n"),
        # A picture of the parts is no split.
        ([], "def plot(df):\n    train = df[df.d < 3]\n    test = df[df.d >= 3]\n"),
        # Said by the library already.
        (
            [],
            "from sklearn.model_selection import train_test_split\n"
            "x_train, x_test = train_test_split(x)\n",
        ),
    ],
)
def test_splits(linked, expected, code):
    assert found(linked, {"a.py": code}, "split") == expected


def test_a_split_is_named_for_people(linked):
    rows = linked({"a.py": "train = df[df.day < cut]\ntest = df[df.day >= cut]\n"}).rows(
        "SELECT name FROM action WHERE action = 'split'"
    )
    assert rows == [("train and test: rows by a condition of df",)]


def test_a_settings_file_that_keeps_the_parts_apart(linked):
    files = {
        "data.yaml": "train: ../images/train\nval: ../images/valid\n",
        "steps.yaml": "train: ${{inputs.train_data}}\nval: ${{inputs.val_data}}\n",
        ".hydra/config.yaml": "train: images/train\nval: images/val\n",
    }
    assert found(linked, files, "split") == ["split data.yaml:1"]


SCALED = (
    "from sklearn.preprocessing import StandardScaler, LabelEncoder\n"
    "from sklearn.impute import SimpleImputer\n"
    "from sklearn.model_selection import train_test_split\n"
    "from imblearn.over_sampling import SMOTE\n"
    "import pandas as pd\n"
    "df = pd.read_csv('a.csv')\n"
)


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (["leak a.py:7"], "X = StandardScaler().fit_transform(df)\na, b = train_test_split(X)\n"),
        (
            ["leak a.py:8"],
            "s = StandardScaler()\ns.fit(df)\nX = s.transform(df)\na, b = train_test_split(X, y)\n",
        ),
        (
            ["leak a.py:7"],
            "df[cols] = StandardScaler().fit_transform(df[cols])\nX = df.drop('y', axis=1)\n"
            "y = df['y']\na, b, c, d = train_test_split(X, y)\n",
        ),
        (["leak a.py:7"], "X, y = SMOTE().fit_resample(X, y)\na, b = train_test_split(X, y)\n"),
        (["leak a.py:7"], "a, b = train_test_split(StandardScaler().fit_transform(df))\n"),
        (["leak a.py:7"], "X = SimpleImputer().fit_transform(df)\ntrain = X[:9]\ntest = X[9:]\n"),
        (
            ["leak a.py:7"],
            "X = pd.DataFrame(StandardScaler().fit_transform(df))\na, b = train_test_split(X)\n",
        ),
        (
            ["leak a.py:7"],
            "df['a'].fillna(df['a'].median(), inplace=True)\na, b = train_test_split(df)\n",
        ),
        ([], "df['a'].fillna(df['a'].median())\na, b = train_test_split(df)\n"),
        (["leak a.py:7"], "df = df.fillna(df.mean())\na, b = train_test_split(df)\n"),
        # Learned from the training rows.
        (
            [],
            "X_train, X_test = train_test_split(df)\ns = StandardScaler()\n"
            "X_train = s.fit_transform(X_train)\nX_test = s.transform(X_test)\n",
        ),
        # Learned from training rows that are split once more.
        (
            [],
            "rest, test = train_test_split(df)\nrest = StandardScaler().fit_transform(rest)\n"
            "a, b = train_test_split(rest)\n",
        ),
        # Learned for something else than what is split.
        ([], "Z = StandardScaler().fit_transform(df)\nplot(Z)\na, b = train_test_split(df)\n"),
        # The names of the classes are no statistic.
        ([], "y = LabelEncoder().fit_transform(df.y)\na, b = train_test_split(df, y)\n"),
        ([], "df = df.fillna(0)\na, b = train_test_split(df)\n"),
        # Bound anew before the split.
        (
            [],
            "X = StandardScaler().fit_transform(df)\nX = pd.read_csv('b.csv')\n"
            "a, b = train_test_split(X)\n",
        ),
    ],
)
def test_leaks(linked, expected, code):
    assert found(linked, {"a.py": SCALED + code}, "leak") == expected


def test_a_leak_says_what_was_learned_from_what(linked):
    code = SCALED + "X = StandardScaler().fit_transform(df)\na, b = train_test_split(X)\n"
    rows = linked({"a.py": code}).rows("SELECT name FROM action WHERE action = 'leak'")
    assert rows == [
        ("StandardScaler.fit_transform learns from all rows of df before they are split",)
    ]


SERVICE = """\
import joblib
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("model.joblib")

@app.get("/health")
def health():
    return {"ok": True}

@app.post("/predict", tags=[str(1)])
def predict(row: dict):
    return model.predict([row])
"""


def test_a_route_that_applies_a_model_is_a_service(linked):
    repository = linked({"app.py": SERVICE})
    rows = repository.rows("SELECT scope, name, confidence FROM action WHERE action = 'serve'")
    assert rows == [("predict", "POST /predict", "high")]
    assert repository.kind == "production"
    assert repository.zone("app.py") == "production"


@pytest.mark.parametrize(
    ("expected", "files"),
    [
        # A web application without a model.
        ([], {"app.py": "from flask import Flask\napp = Flask('a')\n@app.route('/predict')\n"
              "def predict():\n    return 'rain'\n"}),
        # The model is called, not `.predict`ed: what loads it in the same application tells.
        (["serve app.py:10"], {"app.py": "import torch\nfrom fastapi import FastAPI\n"
              "app = FastAPI()\nmodel = torch.load('m.pt')\n\n@app.get('/health')\n"
              "def health():\n    return 1\n\n@app.post('/predict')\ndef predict(x):\n"
              "    return model(x)\n"}),
        # The model arrives by injection, through another module.
        (["serve app.py:5"], {"app.py": "from fastapi import Depends, FastAPI\n"
              "from models import get_model\napp = FastAPI()\n\n@app.post('/predict')\n"
              "def predict(x, model=Depends(get_model)):\n    return model.predict(x)\n",
              "models.py": "import joblib\ndef get_model():\n    return joblib.load('m')\n"}),
        # Loading again is management; the other route is the service.
        (["serve app.py:9"], {"app.py": "import joblib\nfrom fastapi import FastAPI\n"
              "app = FastAPI()\ndef load():\n    return joblib.load('m')\n"
              "@app.post('/reload')\ndef reload():\n    load()\n@app.post('/predict')\n"
              "def predict(x):\n    return load().predict(x)\n"}),
        (["serve score.py:6"], {"score.py": "import joblib\n\ndef init():\n    global model\n"
              "    model = joblib.load('m')\ndef run(data):\n    return model.predict(data)\n"}),
        (["predict_batch batch_score.py:6"], {"batch_score.py": "import joblib\n\ndef init():\n"
              "    global model\n    model = joblib.load('m')\ndef run(files):\n"
              "    return model.predict(files)\n"}),
        # A pair of functions of that name without a model.
        ([], {"game.py": "def init():\n    pass\ndef run(screen):\n    screen.draw()\n"}),
        (["serve inference.py:4"], {"inference.py": "import torch\ndef model_fn(model_dir):\n"
              "    return torch.load('m.pt')\ndef predict_fn(data, model):\n"
              "    return model(data)\n"}),
        (["serve fn.py:3"], {"fn.py": "import joblib\nmodel = joblib.load('m')\n"
              "def lambda_handler(event, context):\n    return model.predict(event)\n"}),
        ([], {"fn.py": "import boto3\ndef lambda_handler(event, context):\n    return 1\n"}),
        (["demo_app app.py:3"], {"app.py": "import streamlit as st\nimport joblib\n"
              "model = joblib.load('m')\nst.write(model.predict([1]))\n"}),
        ([], {"app.py": "import streamlit as st\nimport pandas as pd\n"
              "st.write(pd.read_csv('a.csv'))\n"}),
    ],
)  # fmt: skip
def test_services(linked, expected, files):
    assert found(linked, files, "serve", "predict_batch", "demo_app") == expected


def test_a_service_in_a_notebook_is_a_sketch(linked):
    cell = {
        "cell_type": "code",
        "metadata": {},
        "execution_count": 1,
        "outputs": [],
        "source": SERVICE,
    }
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 4,
        "metadata": {"kernelspec": {"name": "python3", "language": "python"}},
        "cells": [cell],
    }
    assert found(linked, {"a.ipynb": json.dumps(notebook)}, "serve") == []


BATCH = """\
import joblib
import pandas as pd

def main():
    model = joblib.load("model.joblib")
    rows = pd.read_csv("rows.csv")
    rows["p"] = model.predict(rows)
    rows.to_csv("out.csv")

if __name__ == "__main__":
    main()
"""


def test_a_script_that_keeps_the_predictions_of_a_stored_model(linked):
    assert found(linked, {"apply.py": BATCH}, "predict_batch") == ["predict_batch apply.py:7"]


@pytest.mark.parametrize(
    "files",
    [
        # Nothing is kept.
        {"apply.py": BATCH.replace('    rows.to_csv("out.csv")\n', "    print(rows)\n")},
        # Training that looks at its own test set.
        {
            "train.py": "from sklearn.svm import SVC\n"
            + BATCH.replace("    rows =", "    SVC().fit([[1]], [1])\n    rows =")
        },
        # Evaluation on labelled data.
        {
            "check.py": "from sklearn.metrics import accuracy_score\n"
            + BATCH.replace("    rows.to", "    print(accuracy_score(rows, rows))\n    rows.to")
        },
        # Nobody starts it.
        {"apply.py": BATCH.partition("\nif __name__")[0]},
    ],
)
def test_what_is_no_batch_prediction(linked, files):
    assert found(linked, files, "predict_batch") == []


def test_a_job_that_configuration_puts_together(linked):
    code = (
        "class InferenceJob:\n    def run(self):\n        model = self.loader.load(self.uri)\n"
        "        outputs = model.predict(self.inputs.read())\n"
        "        self.outputs.write(data=outputs)\n"
    )
    other = code.replace("InferenceJob", "Job").replace("write(data=outputs)", "write(data=1)")
    files = {"jobs/inference.py": code, "jobs/other.py": other}
    assert found(linked, files, "predict_batch") == ["predict_batch jobs/inference.py:4"]


LEARNED = "from sklearn.metrics import accuracy_score\nacc = accuracy_score(y, p)\n"


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (["gate a.py:3"], LEARNED + "if acc < 0.8:\n    raise ValueError('bad')\n"),
        (["gate a.py:3"], LEARNED + "if acc < MIN_ACC:\n    import sys\n    sys.exit(1)\n"),
        (["gate a.py:4"], LEARNED + "good = acc > 0.8\nif not good:\n    raise SystemExit\n"),
        (
            ["gate a.py:3"],
            "import mlflow\ndef release(new_rmse, best_rmse, uri):\n    if new_rmse < best_rmse:\n"
            "        mlflow.register_model(uri, 'm')\n",
        ),
        # The release is a function of the repository.
        (
            ["gate a.py:5"],
            "import mlflow\ndef publish(uri):\n    mlflow.register_model(uri, 'm')\n"
            "def run(new_rmse, best_rmse, uri):\n    if new_rmse < best_rmse:\n"
            "        publish(uri)\n",
        ),
        (["gate a.py:2"], "def deployment_trigger(accuracy, min_accuracy):\n"
            "    return accuracy > min_accuracy\n"),
        (["gate a.py:2"], "def check_model(metrics):\n    if metrics['f1'] < 0.7:\n"
            "        return False\n    return True\n"),
        (["gate a.py:1"], "if scores['new'] >= max(scores.values()):\n    deploy_flag = 1\n"),
        (["gate a.py:2"], "def gates(m):\n    return {'passed': m['rmse'] <= 7.5}\n"),
        (["gate a.py:1"], "passed_gate = accuracy >= args.baseline_accuracy\n"),
        # The verdict was reached elsewhere.
        (["gate a.py:5", "gate a.py:6"], "import mlflow\nclient = mlflow.MlflowClient()\n"
            "def passes_gate(m):\n    "
            "return_value = 1\n    return m['f1'] > 0.8\nif passes_gate(metrics):\n"
            "    mlflow.register_model('a', 'b')\n"),
        (["gate a.py:2"], "import mlflow\nif deploy_flag == 1:\n"
            "    mlflow.register_model('a', 'b')\n"),
        # What a person asks for.
        ([], "import mlflow\nif args.register_ok:\n    mlflow.register_model('a', 'b')\n"),
        ([], "import mlflow\nif register:\n    mlflow.register_model('a', 'b')\n"),
        # A recogniser's confidence, a number format, a sensor.
        ([], "if accuracy < 100:\n    capture.release()\n"),
        ([], "if precision > 17:\n    raise ValueError\n"),
        # Early stopping and the best checkpoint.
        ([], "import torch\nfor epoch in range(3):\n    if val_loss < best_loss:\n"
            "        best_loss = val_loss\n        torch.save(model, 'm.pt')\n"),
        ([], "class EarlyStopping:\n    def __call__(self, val_loss):\n"
            "        if val_loss < self.best_loss:\n            self.save_checkpoint()\n"),
        ([], "for name in models:\n    if score > best_score:\n        best_model = name\n"),
        # What a value can be at all.
        ([], "def predict(score):\n    assert 0 <= score <= 1\n"),
        ([], "def loss(precision):\n    if precision < 0:\n        raise ValueError\n"),
        # A classifier's threshold, a drawing, drift.
        ([], "def classify(score):\n    if score > 0.5:\n        return 'dog'\n"),
        ([], "if score > 0.3:\n    draw(box)\n"),
        ([], "def check(psi, threshold):\n    if psi > threshold:\n        raise ValueError\n"),
        ([], "def check(drift_score, threshold):\n    return drift_score > threshold\n"),
        ([], "if metrics['accuracy'] == 1.0:\n    raise ValueError\n"),
    ],
)  # fmt: skip
def test_gates(linked, expected, code):
    assert found(linked, {"a.py": code}, "gate") == expected


@pytest.mark.parametrize(
    ("expected", "body"),
    [
        (["gate", "model_test"], "    assert accuracy_score(y, model.predict(x)) > 0.9\n"),
        (["gate", "model_test"], "    score = model.score(x, y)\n    assert score >= 0.8\n"),
        ([], "    assert model.predict(x).shape[0] > 3\n"),
        ([], "    assert 0 <= model.score(x, y) <= 1\n"),
        ([], "    assert model.loss > 0\n"),
    ],
)
def test_assertions_on_a_model(linked, expected, body):
    code = (
        "import joblib\nfrom sklearn.metrics import accuracy_score\n\n"
        "def test_it(x, y):\n    model = joblib.load('m')\n    model.predict(x)\n" + body
    )
    rows = linked({"tests/test_model.py": code}).rows(
        "SELECT action FROM action WHERE via = 'idiom' ORDER BY action"
    )
    assert [action for (action,) in rows] == expected


@pytest.mark.parametrize(
    ("expected", "script"),
    [
        (1, 'ACC=$(jq .accuracy m.json)\nif (( $(echo "$ACC < 0.8" | bc -l) )); then exit 1; fi'),
        (1, "python -c \"import json, sys; sys.exit(json.load(open('m.json'))['f1'] < 0.7)\""),
        (1, 'if [ "$ACCURACY" -lt 80 ]; then\n  exit 1\nfi'),
        (0, 'echo "accuracy: $ACC"\nexit 1'),
        (0, "python check.py --metric accuracy > out1.txt || exit 1"),
        (0, 'if [ "$COUNT" -lt 80 ]; then\n  exit 1\nfi'),
        (0, 'if [ "$ACCURACY" -lt 80 ]; then\n  echo low\nfi'),
    ],
)
def test_gates_in_shell_text(linked, expected, script):
    body = "".join(f"          {line}\n" for line in script.splitlines())
    workflow = (
        "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n" + body
    )
    assert len(found(linked, {".github/workflows/a.yml": workflow}, "gate")) == expected


def test_an_assertion_on_a_metric_function_is_no_gate(linked):
    code = "from lib import rmse\n\ndef test_it():\n    assert rmse([1], [2]) > 0.5\n"
    assert found(linked, {"tests/test_metric.py": code}, "gate", "model_test") == []


def test_assertions_of_unittest(linked):
    code = (
        "import joblib, unittest\nclass T(unittest.TestCase):\n    def test_it(self):\n"
        "        accuracy = joblib.load('m').score(1, 2)\n"
        "        self.assertGreater(accuracy, 0.8)\n"
    )
    actions = found(linked, {"tests/test_model.py": code}, "gate", "model_test")
    assert actions == ["gate tests/test_model.py:5", "model_test tests/test_model.py:5"]


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (
            ["write_metric_file a.py:3"],
            "json.dump(metrics, open('out.json', 'w'))\n",
        ),
        (["write_metric_file a.py:3"], "f.write(f'epoch {epoch} {val_loss}')\n"),
        (["write_metric_file a.py:3"], "writer.writerow([epoch, train_loss, accuracy])\n"),
        (["write_metric_file a.py:3"], "df.to_csv('out/metrics.csv')\n"),
        (["write_metric_file a.py:3"], "with open('metrics.json', 'w') as f:\n    pass\n"),
        (["write_metric_file a.py:4"], "import json\nPath('m').write_text(json.dumps(metrics))\n"),
        (["write_metric_file a.py:3"], "utils.save_dict(metrics, 'a.json')\n"),
        (["write_metric_file a.py:3"], "utils.save_dict(d=metrics, path='a.json')\n"),
        (["write_metric_file a.py:3"], "self.epoch_metrics.to_csv('epochs.csv')\n"),
        (
            ["write_metric_file a.py:5"],
            "from sklearn.metrics import classification_report\n"
            "report = classification_report(a, b)\nf.write(report)\n",
        ),
        # Texts that are put together.
        (["write_metric_file a.py:3"], "f.write('%f of %d' % (accuracy * 100, n))\n"),
        (["write_metric_file a.py:3"], "f.write('{},{}'.format(epoch, mean_reward))\n"),
        (["write_metric_file a.py:3"], "f.write('mse:{}'.format(a))\n"),
        (["write_metric_file a.py:3"], "f.write('acc ' + str(acc))\n"),
        (["write_metric_file a.py:3"], "print(f'{val_loss}', file=log)\n"),
        (["write_metric_file a.py:3"], "import numpy as np; np.save(out + 'metrics.npy', a)\n"),
        (
            ["write_metric_file a.py:4"],
            "import os\nwith open(os.path.join(out, 'accuracy.txt'), 'wt') as f:\n    pass\n",
        ),
        (
            ["write_metric_file a.py:4"],
            "result = {'accuracy': a, 'passed': b}\njson.dump(result, f)\n",
        ),
        ([], "print(f'{val_loss}')\n"),
        ([], "print('%f' % val_loss, file=sys.stderr)\n"),
        ([], "result = {'rows': a}\njson.dump(result, f)\n"),
        ([], "import numpy as np; np.save(out + 'predictions.npy', a)\n"),
        ([], "f.write('%s %s' % (name, row))\n"),
        ([], "f.write(metrics_path + '\\n')\n"),
        ([], "report = describe(a)\nf.write(report)\n"),
        # Shown, read, or not a metric.
        ([], "print(json.dumps(metrics))\n"),
        ([], "with open('metrics.json') as f:\n    pass\n"),
        ([], "f.write(f'{name} {row}')\n"),
        ([], "df.to_csv('features.csv')\n"),
    ],
)
def test_metric_files(linked, expected, code):
    code = "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n" + code
    assert found(linked, {"a.py": code}, "write_metric_file") == expected


def test_metrics_written_around_an_own_training_loop(linked):
    code = "import nets\nagent = nets.Agent()\nwith open('log.csv', 'w') as log:\n"
    code += "    log.write('{},{}'.format(step, avg_reward))\n"
    files = {"nets.py": TORCH_LOOP, "run.py": code}
    assert found(linked, files, "write_metric_file") == ["write_metric_file run.py:4"]


@pytest.mark.parametrize(
    ("expected", "value"), [(["write_metric_file a.py:3"], "accuracy"), ([], "score")]
)
def test_what_is_measured_by_hand_from_predictions(linked, expected, value):
    code = "from tensorflow import keras\nkeras.models.load_model('m').predict(x)\n"
    code += f"f.write('%f' % {value})\n"
    assert found(linked, {"a.py": code}, "write_metric_file") == expected


def test_a_metric_file_of_code_that_trains_nothing(linked):
    code = "import json\njson.dump(metrics, open('metrics.json', 'w'))\n"
    assert found(linked, {"a.py": code}, "write_metric_file") == []


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (
            ["link_commit a.py:4"],
            "import subprocess\nsha = subprocess.check_output(['git', 'rev-parse', 'HEAD'])\n",
        ),
        (["link_commit a.py:4"], "import os\nsha = os.environ['GITHUB_SHA']\n"),
        (["link_commit a.py:4"], "import os\nsha = os.getenv('CI_COMMIT_SHORT_SHA')\n"),
        (["link_commit a.py:4"], "import git\nmlflow.log_param('x', git.Repo('.').head)\n"),
        (["link_commit a.py:3"], "register(model, tags={'git_sha': sha})\n"),
        ([], "import os\nhome = os.environ['HOME']\n"),
        ([], "import subprocess\nsubprocess.run(['git', 'pull'])\n"),
        ([], "save(model, tags={'owner': 'me'})\n"),
    ],
)
def test_commit_links(linked, expected, code):
    code = "import mlflow\nmlflow.start_run()\n" + code
    assert found(linked, {"a.py": code}, "link_commit") == expected


def test_a_commit_that_has_nothing_to_do_with_a_model(linked):
    code = "import subprocess\nv = subprocess.check_output(['git', 'rev-parse', 'HEAD'])\n"
    assert found(linked, {"a.py": code, "setup.py": code}, "link_commit") == []


def test_a_commit_that_automation_hands_to_training(linked):
    workflow = (
        "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - run: python train.py --sha ${{ github.sha }}\n"
        "      - run: echo ${{ github.sha }}\n"
    )
    training = (
        "from sklearn.svm import SVC\nif __name__ == '__main__':\n    SVC().fit([[1]], [1])\n"
    )
    files = {".github/workflows/a.yml": workflow, "train.py": training}
    assert found(linked, files, "link_commit") == ["link_commit .github/workflows/a.yml:6"]


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (["monitor_drift a.py:2"], "ks_2samp(reference['a'], current['a'])\n"),
        (["monitor_drift a.py:2"], "compute_psi(train_scores, production_scores)\n"),
        (["monitor_drift a.py:3"], "def detect_drift(a, b):\n    return ks_2samp(a, b)\n"),
        # A test of two groups.
        ([], "ks_2samp(men, women)\n"),
        # The definition of the index itself.
        ([], "def psi(expected, actual):\n    return psi(expected[1:], actual[1:])\n"),
    ],
)
def test_drift_checks(linked, expected, code):
    code = "from scipy.stats import ks_2samp\n" + code
    assert found(linked, {"a.py": code}, "monitor_drift") == expected


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (["trigger_run a.py:5"], "if drift_detected:\n    train()\n"),
        (["trigger_run a.py:5"], "if report['drift_share'] > 0.3:\n    train()\n"),
        (["trigger_run a.py:5"], "if psi > 0.2:\n    requests.post(url)\n"),
        # A wish, a command, an alert.
        ([], "if args.retrain:\n    train()\n"),
        ([], "if command == 'drift':\n    train()\n"),
        ([], "if drift_detected:\n    print('drift')\n"),
    ],
)
def test_drift_decisions(linked, expected, code):
    code = (
        "import requests\nfrom sklearn.svm import SVC\ndef train():\n    SVC().fit([[1]], [1])\n"
        + code
    )
    assert found(linked, {"a.py": code}, "trigger_run") == expected


@pytest.mark.parametrize(
    ("expected", "body"),
    [
        (["log_prediction app.py:6"], "open('log.csv', 'a').write(str(row))"),
        (["log_prediction app.py:9"], "save_prediction(row)"),
        ([], "print(row)"),
        ([], "save_user(row)"),
    ],
)
def test_prediction_logs(linked, expected, body):
    code = (
        "import joblib\nfrom flask import Flask\napp = Flask('a')\n"
        f"@app.route('/predict')\ndef predict(row):\n    {body}\n"
        "    return joblib.load('m').predict(row)\n"
        "def save_prediction(row):\n    db.predictions.insert_one(row)\n"
        "def save_user(row):\n    db.users.insert_one(row)\n"
    )
    assert found(linked, {"app.py": code}, "log_prediction") == expected


def test_checks_of_data(linked):
    files = {
        "check.py": "def validate_data(df):\n    if df.isnull().any():\n        raise ValueError\n"
        "def check_request(body):\n    if 'columns' not in body:\n        raise ValueError\n"
        "def validate_schema(df):\n    return set(df.columns) == {'a'}\n"
        "def load(df):\n    if df.empty:\n        raise ValueError\n",
    }
    assert found(linked, files, "validate_data") == [
        "validate_data check.py:2",
        "validate_data check.py:8",
    ]


def test_tests_of_data_files(linked):
    files = {
        "prepare.py": "def prepare(df):\n    return df\n",
        "tests/test_data.py": "import pandas as pd\nfrom prepare import prepare\n"
        "def test_columns():\n    df = pd.read_csv('data/rows.csv')\n"
        "    assert list(df.columns) == ['a']\n"
        "def test_prepare():\n    df = pd.read_csv('data/rows.csv')\n"
        "    assert 'a' in prepare(df).columns\n"
        "def test_made_up():\n    df = pd.DataFrame()\n    assert 'a' not in df.columns\n",
    }
    assert found(linked, files, "data_test") == ["data_test tests/test_data.py:5"]


def test_candidate_and_champion_are_compared_whatever_they_are_measured_by(linked):
    text = (
        "import sys\n\ndef verdict(candidate, champion, slack):\n"
        "    if champion is not None and candidate < champion - slack:\n"
        "        return 'worse'\n    return ''\n"
        "if verdict(1, 2, 0):\n    sys.exit(1)\n"
    )
    repository = linked({"gate.py": text, "names.py": "if candidate < limit:\n    print(1)\n"})
    assert repository.rows("SELECT path, line, name FROM action WHERE action = 'gate'") == [
        ("gate.py", 4, "champion against candidate")
    ]


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        # One call for everything: what it is called with decides.
        ("log_param", "for k, v in train_args.items():\n    run.log(k, v)\n"),
        ("log_metric", "for k, v in metrics.items():\n    run.log(k, v)\n"),
        ("log_metric", "for k, v in args.metrics.items():\n    run.log(k, v)\n"),
        ("log_param", "\nrun.log('alpha', alpha)\n"),
        ("log_metric", "\nrun.log('mse', mse)\n"),
        ("log_metric", "\nrun.log(name, value)\n"),
    ],
)
def test_a_run_of_azure_logs_parameters_as_well(linked, expected, code):
    code = "from azureml.core import Run\nrun = Run.get_context()\n" + code
    rows = linked({"a.py": code}).rows("SELECT action, line FROM action WHERE action LIKE 'log_%'")
    assert rows == [(expected, 4)]


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (["log_artifact"], "wandb.log({'x': wandb.Image(a), 'y': [wandb.Table(data=t)]})\n"),
        (["log_metric"], "wandb.log({'x': wandb.Image(a), 'loss': loss})\n"),
        (["log_metric"], "wandb.log({'conf': wandb.plot.confusion_matrix(a, b)})\n"),
        (["log_metric"], "wandb.log(values)\n"),
    ],
)
def test_pictures_are_no_metrics(linked, expected, code):
    rows = linked({"a.py": "import wandb\n" + code}).rows("SELECT action FROM action")
    assert [action for (action,) in rows] == expected


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        ([], "log_metadata(metadata={'rows': len(df)})\n"),
        (["log_metric"], "log_metadata(metadata={'accuracy': a})\n"),
        (["log_metric"], "notes = {'metrics': {'a': 1}}\n    log_metadata(metadata=notes)\n"),
        (["log_metric"], "SVC().fit(X, y)\n    log_metadata(metadata=notes)\n"),
    ],
)
def test_notes_on_data_are_no_metrics(linked, expected, code):
    code = "from sklearn.svm import SVC\nfrom zenml import log_metadata\ndef step():\n    " + code
    rows = linked({"a.py": code}).rows("SELECT action FROM action WHERE technology = 'zenml'")
    assert [action for (action,) in rows] == expected


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (
            ["log_metric a.py:3"],
            "from dvclive import Live\nwith Live() as live:\n    live.summary['dice'] = dice\n",
        ),
        (
            ["log_metric a.py:3"],
            "import wandb\nrun = wandb.init()\nrun.summary['acc'] = evaluate(model)\n",
        ),
        (["log_metric a.py:2"], "import wandb\nwandb.run.summary['best'] = best\n"),
        (
            ["log_metric a.py:3"],
            "import neptune\nrun = neptune.init_run()\nrun['test/auc'] = auc\n"
            "run['parameters'] = params\nrun['model/type'] = kind\n",
        ),
        ([], "import wandb\nrun = wandb.init()\nrun.summary['notes'] = 'first try'\n"),
        ([], "run.summary['acc'] = acc\n"),
        ([], "import wandb\nresults['acc'] = acc\n"),
    ],
)
def test_metrics_that_are_put_into_a_run_by_key(linked, expected, code):
    assert found(linked, {"a.py": code}, "log_metric") == expected
