"""Programs that are told their parameters."""

PROGRAMS = {
    "argparse": """
import argparse

def arguments():
    parser = argparse.ArgumentParser()
    group = parser.add_argument_group("training")
    group.add_argument("--lr", type=float, default=0.1)
    return parser.parse_args()  #= parse_config

args = arguments()
""",
    "click": """
import click

@click.command()
@click.option("--lr", default=0.1)  #= parse_config
def main(lr):
    print(lr)
""",
    "typer without options": """
import typer

app = typer.Typer()

@app.command()  #= parse_config
def train(lr: float = 0.1):
    print(lr)

app()
""",
    "fire": """
import fire

def train(lr=0.1):
    print(lr)

fire.Fire(train)  #= parse_config
""",
    "data classes, by Hugging Face": """
from dataclasses import dataclass
from transformers import HfArgumentParser, TrainingArguments
from trl import TrlParser

@dataclass
class ModelArguments:
    name: str = "bert"

parser = HfArgumentParser((ModelArguments, TrainingArguments))
model_args, training_args = parser.parse_args_into_dataclasses()  #= parse_config
TrlParser(ModelArguments).parse_args_and_config()  #= parse_config
""",
    "data classes, by Tyro": """
from dataclasses import dataclass
import tyro

@dataclass
class Args:
    lr: float = 0.1

args = tyro.cli(Args)  #= parse_config
""",
    "settings by Pydantic": """
from pydantic_settings import BaseSettings

class Settings(BaseSettings):  #= parse_config
    lr: float = 0.1
""",
    "Hydra and OmegaConf": """
import hydra
from omegaconf import DictConfig, OmegaConf

@hydra.main(version_base=None, config_path="conf", config_name="config")  #= parse_config
def main(cfg: DictConfig):
    extra = OmegaConf.load("more.yaml")  #= parse_config
    print(OmegaConf.to_yaml(cfg))
""",
    "flags of Abseil": """
from absl import app, flags

FLAGS = flags.FLAGS
flags.DEFINE_float("lr", 0.1, "")  #= parse_config

def main(_):
    print(FLAGS.lr)
""",
    "words that only look like it": """
from urllib.parse import parse_qs
import dataclasses

@dataclasses.dataclass
class Point:
    x: int = 0

def parse_args(text):
    return text

parse_args("a")
parse_qs("a=1")
""",
}
