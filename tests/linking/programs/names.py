"""Repositories of a few files: what a name means is told by another file."""

PROGRAMS = {
    "aliases of imports": {
        "a.py": """
import sklearn.ensemble as ens, sklearn
from sklearn import svm as vectors
from sklearn.linear_model import LogisticRegression as LR
ens.RandomForestClassifier().fit(X, y)  #= train
vectors.SVC().fit(X, y)  #= train
sklearn.tree.DecisionTreeClassifier().fit(X, y)  #= train
fit = LR().fit
Learner = LR
Learner().fit(X, y)  #= train
"""
    },
    "a star import of a known package": {
        "a.py": """
from sklearn.linear_model import *
LogisticRegression().fit(X, y)  #= train
"""
    },
    "re-exports through the project's own package": {
        "shop/__init__.py": "from .zoo import Model, make\n",
        "shop/zoo.py": "from sklearn.svm import SVC as Model\ndef make():\n    return Model()\n",
        "train.py": """
from shop import Model, make
Model().fit(X, y)  #= train
thing = make()
thing.fit(X, y)  #= train
""",
    },
    "a star import of the project's own module": {
        "common.py": "from sklearn.svm import SVC\nimport mlflow\n",
        "train.py": """
from common import *
SVC().fit(X, y)  #= train
mlflow.log_metric("a", 1)  #= log_metric
""",
    },
    "relative imports below src": {
        "src/shop/__init__.py": "",
        "src/shop/models/__init__.py": "",
        "src/shop/models/build.py": """
from xgboost import XGBClassifier

def build(**params):
    return XGBClassifier(**params)
""",
        "src/shop/train.py": """
from .models.build import build

def main():
    thing = build()
    thing.fit(X, y)  #= train
""",
    },
    "modules imported by a literal name": {
        "a.py": """
import importlib
lgb = importlib.import_module("lightgbm")
lgb.train({}, data)  #= train
own = importlib.import_module("helpers.learners")
own.make().fit(X, y)  #= train
""",
        "helpers/__init__.py": "",
        "helpers/learners.py": "from sklearn.svm import SVC\ndef make():\n    return SVC()\n",
    },
    "a name bound in try and except": {
        "a.py": """
try:
    import lightgbm as gbm
except ImportError:
    gbm = None
try:
    from sklearn.model_selection import train_test_split
except ImportError:
    from sklearn.cross_validation import train_test_split
if gbm is not None:
    gbm.train({}, data)  #= train
train_test_split(X)  #= split
"""
    },
    "an attribute that another method sets": {
        "a.py": """
from sklearn.ensemble import GradientBoostingRegressor

class Job:
    def run(self):
        self.prepare()
        self.learner.fit(X, y)  #= train
    def prepare(self):
        self.learner = GradientBoostingRegressor()
"""
    },
    "an attribute that a base class in another file sets": {
        "base.py": """
from sklearn.svm import SVC

class Base:
    def __init__(self):
        self.learner = self.build()
    def build(self):
        return SVC()
""",
        "job.py": """
from base import Base

class Job(Base):
    def run(self):
        self.learner.fit(X, y)  #= train
""",
    },
    "an attribute that the caller gives": {
        "job.py": """
class Job:
    def __init__(self, thing, tracker):
        self.thing = thing
        self.tracker = tracker
    def run(self):
        self.thing.fit(X, y)  #= train
        self.tracker.log_metric("id", "a", 1)  #= log_metric
""",
        "main.py": """
from catboost import CatBoostRegressor
from mlflow.tracking import MlflowClient
from job import Job
Job(CatBoostRegressor(), tracker=MlflowClient()).run()
""",
    },
    "a parameter that callers in two files give": {
        "core.py": """
def learn(thing, X, y):
    thing.fit(X, y)  #= train
    return thing
""",
        "one.py": "from core import learn\nfrom sklearn.svm import SVC\nlearn(SVC(), 1, 2)\n",
        "two.py": """
from core import learn
from sklearn.linear_model import Ridge
thing = Ridge()
learn(thing=thing, X=1, y=2)
""",
    },
    "a parameter handed on twice": {
        "a.py": """
from sklearn.svm import SVC
from b import outer
outer(SVC())
""",
        "b.py": "from c import inner\ndef outer(thing):\n    inner(1, thing)\n",
        "c.py": "def inner(X, thing):\n    thing.fit(X)  #= train\n",
    },
    "a value handed through": {
        "a.py": """
from helpers import configured
from sklearn.svm import SVC

def main():
    thing = configured(SVC())
    thing.fit(X, y)  #= train
""",
        "helpers.py": "def configured(thing):\n    thing.verbose = 1\n    return thing\n",
    },
    "parts of what a function elsewhere returns": {
        "make.py": """
from sklearn.linear_model import SGDClassifier
from sklearn.preprocessing import StandardScaler

def make():
    return StandardScaler(), SGDClassifier()
""",
        "train.py": """
from make import make

def main():
    first, second = make()
    first.fit(X)  #= fit_transform
    second.fit(X, y)  #= train
""",
    },
    "a registry in another file": {
        "zoo.py": """
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC

MODELS = {"rf": RandomForestClassifier, "svc": SVC}

def get(name, **params):
    return MODELS[name](**params)
""",
        "train.py": """
from zoo import MODELS, get

def main(name):
    get(name).fit(X, y)  #= train
    chosen = MODELS[name]()
    chosen.fit(X, y)  #= train
    for label, kind in MODELS.items():
        kind().fit(X, y)  #= train
""",
    },
    "a dictionary that a function elsewhere fills": {
        "zoo.py": """
from sklearn.svm import SVC

def candidates():
    found = {}
    found["svc"] = SVC()
    return found
""",
        "train.py": """
from zoo import candidates

for name, thing in candidates().items():
    thing.fit(X, y)  #= train
""",
    },
    "a list that grows": {
        "a.py": """
from sklearn.svm import SVC

class Zoo:
    def __init__(self):
        self.members = []
        self.by_name = {}
        self.members.append(SVC())
        self.by_name["svc"] = SVC()
    def run(self):
        for member in self.members:
            member.fit(X, y)  #= train
        self.by_name["svc"].fit(X, y)  #= train

things = []
things.append(SVC())
for thing in things:
    thing.fit(X, y)  #= train
"""
    },
    "an alias in another file": {
        "kinds.py": "from sklearn.svm import SVC\nKind = SVC\n",
        "train.py": """
import kinds

class Job:
    thing: kinds.Kind = None
    def run(self):
        self.thing.fit(X, y)  #= train
""",
    },
    "a class that the caller gives": {
        "job.py": "def run(kind):\n    kind().fit(X, y)  #= train\n",
        "main.py": "from job import run\nfrom sklearn.svm import SVC\nrun(SVC)\n",
    },
    "a module and a name that only run time knows": {
        "a.py": """
import importlib
import sklearn

def make(path, name, **params):
    return getattr(importlib.import_module(path), name)(**params)

estimator = make("a", "b")
estimator.fit(X, y)  #= train
""",
    },
    "partial, closure, copy, clone": {
        "a.py": """
import copy
from functools import partial
from sklearn.base import clone
from sklearn.svm import SVC

make = partial(SVC, kernel="linear")
make().fit(X, y)  #= train

def outer():
    thing = SVC()
    def inner():
        thing.fit(X, y)  #= train
        copy.deepcopy(thing).fit(X, y)  #= train
        clone(thing).fit(X, y)  #= train
    return inner
"""
    },
    "annotations": {
        "a.py": """
from dataclasses import dataclass, field
from typing import Optional
from sklearn.base import ClassifierMixin
from sklearn.pipeline import Pipeline
from mlflow import MlflowClient

@dataclass
class Job:
    pipe: Pipeline
    client: "MlflowClient | None" = None
    many: dict[str, Pipeline] = field(default_factory=dict)
    def run(self):
        self.pipe.fit(X, y)  #= train
        self.client.log_metric("r", "a", 1)  #= log_metric
        for name, one in self.many.items():
            one.fit(X, y)  #= train

def learn(thing: Optional[ClassifierMixin], kinds: list[type[ClassifierMixin]]):
    thing.fit(X, y)  #= train
    for kind in kinds:
        kind().fit(X, y)  #= train
"""
    },
    "Hydra, told by an annotation and by the configuration": {
        "train.py": """
import hydra
from hydra.utils import instantiate
from lightning import Trainer

@hydra.main(version_base=None, config_path="conf", config_name="config")  #= parse_config
def main(cfg):
    trainer: Trainer = hydra.utils.instantiate(cfg.trainer)
    trainer.fit(net)  #= train
    learner = instantiate(cfg.learner)
    learner.fit(X, y)  #= train
    scaler = instantiate(cfg.scaling)
    scaler.fit(X)  #= fit_transform
""",
        "conf/config.yaml": "defaults:\n  - learner: svc\nscaling:\n"
        "  _target_: sklearn.preprocessing.StandardScaler\n",
        "conf/learner/svc.yaml": "_target_: sklearn.svm.SVC\nC: 1\n",
    },
    "an estimator of one's own around another": {
        "own.py": """
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.svm import SVC

class Wrapped(BaseEstimator, ClassifierMixin):
    def fit(self, X, y):
        self.inner_ = SVC()
        self.inner_.fit(X, y)  #= train
        return self
""",
        "train.py": "from own import Wrapped\nWrapped().fit(X, y)\n",
    },
    "a subclass of a library's class in another file": {
        "own.py": "from ultralytics import YOLO\nclass Detector(YOLO):\n    pass\n",
        "train.py": """
from own import Detector
Detector("n.pt").train(data="d.yaml")  #= train
""",
    },
    "a context manager of one's own around a run": {
        "track.py": """
from contextlib import contextmanager
import mlflow

class Tracking:
    @contextmanager
    def run(self):
        with mlflow.start_run() as run:
            yield run
    @property
    def client(self):
        return mlflow.MlflowClient()
""",
        "train.py": """
from track import Tracking

tracking = Tracking()
with tracking.run() as run:
    tracking.client.log_metric("r", "a", 1)  #= log_metric
""",
    },
    "another device, another mode": {
        "net.py": """
import torch

class Net(torch.nn.Module):
    def learn(self, loader):
        for x in loader:
            self(x).mean().backward()  #= train
            self.optimizer.step()
""",
        "train.py": "from net import Net\nnet = Net().to('cuda').float()\nnet.learn(loader)\n",
    },
    "the wrong fit is not taken": {
        "own.py": """
class Suit:
    def fit(self, body):
        return body
    def train(self):
        return 1

def suit():
    return Suit()
""",
        "a.py": """
import sklearn
from own import Suit, suit

model = suit()
model.fit(1)
clf = Suit()
clf.fit(2)

def wear(model):
    model.fit(3)

wear(Suit())
""",
    },
}
