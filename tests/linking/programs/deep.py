"""Programs with neural networks, loops written by hand, reinforcement learning."""

PROGRAMS = {
    "PyTorch by hand": """
import torch
from torch import nn, optim

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 2)
    def forward(self, x):
        return self.fc(x)

def train_one_epoch(model, loader, optimizer, criterion):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()  #= train
        optimizer.step()

def main():
    net = Net().to("cuda")
    opt = optim.Adam(net.parameters())
    for epoch in range(3):
        train_one_epoch(net, loader, opt, nn.CrossEntropyLoss())
    net.eval()
    torch.save(net.state_dict(), "m.pt")  #= save_model
""",
    "PyTorch with mixed precision": """
import torch
from torch.cuda.amp import GradScaler, autocast

scaler = GradScaler()
for x, y in loader:
    with autocast():
        loss = crit(model(x), y)
    scaler.scale(loss).backward()  #= train
    scaler.step(opt)
    scaler.update()
""",
    "JAX and optax": """
import jax
import optax

tx = optax.adam(1e-3)
state = tx.init(params)

@jax.jit
def update(params, state, batch):
    loss, grads = jax.value_and_grad(loss_fn)(params, batch)  #= train
    updates, state = tx.update(grads, state)
    return optax.apply_updates(params, updates), state, loss

for batch in data:
    params, state, loss = update(params, state, batch)
""",
    "Flax": """
import jax
from flax.training import train_state

@jax.jit
def train_step(state, batch):
    grad_fn = jax.grad(loss_fn)  #= train
    grads = grad_fn(state.params)
    return state.apply_gradients(grads=grads)
""",
    "Flax NNX": """
from flax import nnx
import optax

optimizer = nnx.Optimizer(model, optax.adam(1e-3), wrt=nnx.Param)

@nnx.jit
def train_step(model, optimizer, x, y):
    loss, grads = nnx.value_and_grad(loss_fn)(model, x, y)  #= train
    optimizer.update(model, grads)
""",
    "TensorFlow by hand": """
import tensorflow as tf

optimizer = tf.keras.optimizers.Adam()

@tf.function
def step(x, y):
    with tf.GradientTape() as tape:  #= train
        loss = loss_fn(y, model(x))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
""",
    "TensorFlow 1": """
import tensorflow as tf

train_op = tf.train.AdamOptimizer(0.1).minimize(loss)  #= train
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    sess.run(train_op, feed_dict={x: a})
    tf.train.Saver().save(sess, "m.ckpt")  #= save_model
""",
    "Keras": """
from tensorflow import keras
from tensorflow.keras import layers, models

model = models.Sequential([layers.Dense(3)])
model.compile(optimizer="adam", loss="mse")
history = model.fit(X, y, validation_split=0.2, epochs=3)  #= split train
model.evaluate(Xt, yt)  #= evaluate
model.predict(Xt)  #= predict
model.save("m.keras")  #= save_model
keras.models.load_model("m.keras")  #= load_model
""",
    "Keras, functional and in batches": """
import keras

inputs = keras.Input((4,))
net = keras.Model(inputs, keras.layers.Dense(2)(inputs))
for x, y in batches:
    net.train_on_batch(x, y)  #= train
net.test_on_batch(x, y)  #= evaluate
net.save_weights("w.h5")  #= save_model
""",
    "Keras, a model of one's own": """
import tensorflow as tf

class VAE(tf.keras.Model):
    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self.compute_loss(data)
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.w), self.w))
        return {"loss": loss}

vae = VAE()
vae.compile("adam")
vae.fit(images, epochs=3)  #= train
""",
    "Lightning": """
import lightning as L
from lightning.pytorch.callbacks import ModelCheckpoint
import torch

class Net(L.LightningModule):
    def training_step(self, batch, index):
        loss = self.loss(batch)
        self.log("train_loss", loss)  #= log_metric
        return loss
    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters())

trainer = L.Trainer(max_epochs=3)
trainer.fit(Net(), loader)  #= train
trainer.test(ckpt_path="best")  #= evaluate
""",
    "Lightning under its old name": """
import pytorch_lightning as pl

def run(cfg):
    trainer = pl.Trainer.from_argparse_args(cfg)
    trainer.fit(model, datamodule=dm)  #= train
    trainer.validate(model)  #= evaluate
""",
    "Hugging Face Trainer": """
from datasets import load_dataset
from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments

ds = load_dataset("imdb")
model = AutoModelForSequenceClassification.from_pretrained("bert")  #= load_model
args = TrainingArguments("out", report_to="none")
trainer = Trainer(model=model, args=args, train_dataset=ds["train"])
trainer.train()  #= train
trainer.evaluate()  #= evaluate
trainer.save_model("out")  #= save_model
""",
    "a Hugging Face Trainer of one's own": """
from transformers import Trainer

class WeightedTrainer(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False):
        return model(**inputs).loss

WeightedTrainer(model=m, args=a).train()  #= train
""",
    "Accelerate": """
from accelerate import Accelerator

accelerator = Accelerator(log_with="wandb")  #= autolog
model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
for batch in loader:
    loss = model(**batch).loss
    accelerator.backward(loss)  #= train
    optimizer.step()
    accelerator.log({"loss": loss})  #= log_metric
""",
    "TRL and PEFT": """
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from trl import DPOTrainer, SFTConfig, SFTTrainer

base = AutoModelForCausalLM.from_pretrained("llama", device_map="auto")  #= load_model
model = get_peft_model(base, LoraConfig(r=8))
trainer = SFTTrainer(model=model, args=SFTConfig("out", report_to="none"))
trainer.train()  #= train
trainer.save_model("out")  #= save_model
DPOTrainer(model=model).train()  #= train
model.save_pretrained("lora")  #= save_model
""",
    "sentence-transformers, old and new": """
from sentence_transformers import InputExample, SentenceTransformer, losses
from sentence_transformers import SentenceTransformerTrainer

model = SentenceTransformer("all-MiniLM-L6-v2")  #= load_model
model.fit(train_objectives=[(loader, losses.CosineSimilarityLoss(model))])  #= train
model.save("out")  #= save_model
SentenceTransformerTrainer(model=model, train_dataset=ds).train()  #= train
""",
    "Ultralytics": """
from ultralytics import YOLO

model = YOLO("yolov8n.pt")  #= load_model
model.train(data="d.yaml", epochs=3)  #= train
metrics = model.val()  #= evaluate
model.predict("a.jpg")  #= predict
""",
    "fastai": """
from fastai.vision.all import *

path = untar_data(URLs.PETS)
dls = ImageDataLoaders.from_name_func(path, files, label)
learn = vision_learner(dls, resnet34, metrics=error_rate)
learn.fine_tune(2)  #= train
learn.fit_one_cycle(3)  #= train
learn.validate()  #= evaluate
learn.export("m.pkl")  #= save_model
""",
    "detectron2": """
from detectron2.config import get_cfg
from detectron2.engine import DefaultPredictor, DefaultTrainer

cfg = get_cfg()
trainer = DefaultTrainer(cfg)
trainer.resume_or_load(resume=False)
trainer.train()  #= train
outputs = DefaultPredictor(cfg)(image)  #= predict
""",
    "OpenMMLab": """
from mmengine.config import Config
from mmengine.runner import Runner

runner = Runner.from_cfg(Config.fromfile("c.py"))  #= parse_config
runner.train()  #= train
runner.test()  #= evaluate
""",
    "Stable Baselines": """
import gymnasium as gym
from stable_baselines3 import PPO
from stable_baselines3.common.evaluation import evaluate_policy

model = PPO("MlpPolicy", gym.make("CartPole-v1"))
model.learn(total_timesteps=10_000)  #= train
evaluate_policy(model, env)  #= evaluate
model.save("ppo")  #= save_model
model.predict(obs)  #= predict
""",
    "RLlib": """
from ray.rllib.algorithms.ppo import PPOConfig

config = PPOConfig().environment("CartPole-v1").training(lr=1e-3)
algo = config.build()
for _ in range(3):
    result = algo.train()  #= train
algo.evaluate()  #= evaluate
""",
    "an environment and a loop by hand": """
import gymnasium as gym
import torch

env = gym.make("CartPole-v1")
policy = torch.nn.Linear(4, 2)
opt = torch.optim.Adam(policy.parameters())
for episode in range(100):
    obs, _ = env.reset()
    obs, reward, done, _, _ = env.step(0)
    loss = -policy(torch.tensor(obs)).mean()
    opt.zero_grad()
    loss.backward()  #= train
    opt.step()
""",
    "tinygrad": """
from tinygrad import Tensor, nn

opt = nn.optim.Adam(nn.state.get_parameters(model))
for step in range(10):
    loss = model(X).sparse_categorical_crossentropy(Y)
    opt.zero_grad()
    loss.backward()  #= train
    opt.step()
""",
    "PyTorch Geometric": """
import torch
from torch_geometric.nn import GCNConv

def train():
    optimizer.zero_grad()
    loss = torch.nn.functional.nll_loss(model(data.x), data.y)
    loss.backward()  #= train
    optimizer.step()
""",
    "Paddle": """
import paddle

model = paddle.Model(paddle.vision.models.LeNet())
model.prepare(paddle.optimizer.Adam(), paddle.nn.CrossEntropyLoss())
model.fit(train_dataset, epochs=2)  #= train
model.evaluate(test_dataset)  #= evaluate
""",
}
