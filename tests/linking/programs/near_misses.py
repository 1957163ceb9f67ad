"""Calls that only look like training, prediction or measurement."""

PROGRAMS = {
    "transformers of scikit-learn": """
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import LabelEncoder, StandardScaler

StandardScaler().fit(X)  #= fit_transform
LabelEncoder().fit(y)  #= fit_transform
TfidfVectorizer().fit_transform(texts)  #= fit_transform
PCA(2).fit_transform(X)  #= fit_transform
pre = make_pipeline(SimpleImputer(strategy="mean"), StandardScaler())
pre.fit(X)  #= fit_transform
Pipeline([("impute", SimpleImputer()), ("scale", StandardScaler())]).fit(X)  #= fit_transform
lsa = Pipeline([
    ("tfidf", TfidfVectorizer()),
    ("svd", TruncatedSVD(100)),
])
lsa.fit(texts)  #= fit_transform
""",
    "clusters are models, but not where they make features": """
from sklearn.cluster import KMeans

KMeans(3).fit(X)  #= train
KMeans(3).fit_transform(X)  #= fit_transform
KMeans(3).fit_predict(X)  #= predict train
""",
    "curves": """
import numpy as np
from scipy.optimize import curve_fit, minimize
from scipy.stats import norm

popt, _ = curve_fit(f, x, y)
norm.fit(x)
np.polyfit(x, y, 2)
res = minimize(f, x0)
""",
    "a fit of one's own": """
import matplotlib.pyplot as plt
from sklearn.metrics import accuracy_score

class Layout:
    def fit(self, box):
        self.box = box
        return self
    def train(self, mode=True):
        return self

class Page:
    def __init__(self):
        self.layout = Layout()
    def draw(self):
        self.layout.fit((1, 2))
        self.layout.train()
        Layout().fit((3, 4))

fig, ax = plt.subplots()
ax.fit = 1
Page().draw()
""",
    "modes of PyTorch": """
import torch
from torch import nn

model = nn.Linear(2, 2)
model.train()
model.eval()
nn.Sequential(model).to("cpu").train(True)

def run(net: nn.Module):
    net.train()
    return net(1)
""",
    "a gradient without a step": """
import torch

x = torch.ones(3, requires_grad=True)
y = model(x).sum()
y.backward()
saliency = x.grad.abs()
""",
    "a step without a gradient": """
import torch
from scipy.optimize import basinhopping

class Walker:
    def step(self, x):
        return x

walker = Walker()
walker.step(1)
scheduler.step()
""",
    "tokenizers": """
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from tensorflow.keras.preprocessing.text import Tokenizer as Words

tokenizer = Tokenizer(BPE())
trainer = BpeTrainer(special_tokens=["[UNK]"])
tokenizer.train(files=["a.txt"], trainer=trainer)
words = Words(num_words=100)
words.fit_on_texts(texts)  #= fit_transform
""",
    "a trainer of one's own": """
import transformers

class Trainer:
    def __init__(self, horses):
        self.horses = horses
    def train(self):
        return len(self.horses)
    def evaluate(self):
        return 1

trainer = Trainer([])
trainer.train()
trainer.evaluate()
""",
    "updates and logs of the standard library": """
import logging
import math
import spacy

log = logging.getLogger(__name__)
log.info("loss %s", 1)
math.log(3)
settings = {}
settings.update(a=1)
nlp_settings = dict(a=1)
nlp_settings.update(b=2)
""",
    "layers that learn a vocabulary": """
from tensorflow.keras import layers

norm = layers.Normalization()
norm.adapt(X)  #= fit_transform
layers.TextVectorization(10).adapt(texts)  #= fit_transform
""",
    "fit of what is not known to learn": """
import pandas as pd

def place(tent, ground):
    tent.fit(ground)
    tent.predict(ground)
""",
    "a scaler and a model through one helper": """
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

def prepare(thing, X):
    thing.fit(X)  #= fit_transform
    return thing.transform(X)

prepare(StandardScaler(), X)
Ridge().fit(X, y)  #= train
""",
    "curves that name a score": """
from sklearn.metrics import make_scorer

score = make_scorer(f)
player.score(3)
""",
}
