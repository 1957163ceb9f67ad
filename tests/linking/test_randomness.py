"""Where code draws random numbers, and where it seeds what draws them."""

from collections.abc import Callable

import pytest
from conftest import Linked

Make = Callable[..., Linked]

FACTS = "SELECT line, source, role, seeded, seed_kind, seed FROM randomness ORDER BY line, source"


def facts(linked: Make, code: str) -> list[tuple[object, ...]]:
    """Return what one file draws and seeds."""
    return linked({"train.py": code}).rows(FACTS)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("np.random.seed(1)", ("numpy", "seed", 1, "literal", "1")),
        ("np.random.seed(SEED)", ("numpy", "seed", 1, "literal", "7")),
        ("np.random.seed(args.seed)", ("numpy", "seed", 1, "argument", "args.seed")),
        ("np.random.seed(cfg.train.seed)", ("numpy", "seed", 1, "configuration", "cfg.train.seed")),
        ("np.random.seed(None)", ("numpy", "seed", 0, "none", "None")),
        ("np.random.seed()", ("numpy", "seed", 0, None, None)),
        ("np.random.seed(int(time.time()))", ("numpy", "seed", 0, "time", "builtins.int")),
        ("np.random.seed(NOW)", ("numpy", "seed", 0, "time", "NOW")),
        ("np.random.shuffle(x)", ("numpy", "used", 0, None, None)),
        ("np.random.default_rng(3)", ("numpy-generator", "used", 1, "literal", "3")),
        ("np.random.default_rng()", ("numpy-generator", "used", 0, None, None)),
        ("xgb.XGBClassifier()", ("xgboost", "used", 1, "default", "0")),
        ("xgb.XGBClassifier(random_state=None)", ("xgboost", "used", 1, "default", "0")),
        ("train_test_split(X)", ("numpy", "used", 0, None, None)),
        ("train_test_split(X, random_state=5)", ("numpy", "used", 1, "literal", "5")),
        ("train_test_split(X, **options)", ("numpy", "used", None, None, None)),
        ("KFold(5, shuffle=True)", ("numpy", "used", 0, None, None)),
    ],
)
def test_a_call_draws_or_seeds(linked: Make, call: str, expected: tuple[object, ...]) -> None:
    code = (
        "import time\nimport numpy as np\nimport xgboost as xgb\n"
        "from sklearn.model_selection import KFold, train_test_split\n"
        f"SEED = 7\nNOW = time.time_ns()\n{call}\n"
    )
    assert facts(linked, code) == [(7, *expected)]


@pytest.mark.parametrize(
    "call",
    [
        "KFold(5)",
        "KFold(5, shuffle=flag)",
        "train_test_split(X, shuffle=False)",
        "LogisticRegression()",
        "SVC()",
        "LinearRegression()",
        "layer(x)",
    ],
)
def test_what_is_deterministic_draws_nothing(linked: Make, call: str) -> None:
    code = (
        "from sklearn.linear_model import LinearRegression, LogisticRegression\n"
        "from sklearn.model_selection import KFold, train_test_split\n"
        "from sklearn.svm import SVC\n"
        f"from torch import nn\n\ndef run(X):\n    {call}\n"
    )
    assert facts(linked, code) == []


def test_a_helper_of_a_library_seeds_several_generators(linked: Make) -> None:
    code = "from lightning import seed_everything\nseed_everything(3, workers=True)\n"
    assert facts(linked, code) == [
        (2, source, "seed", 1, "literal", "3") for source in ("numpy", "python", "torch")
    ]


def test_a_trainer_that_a_class_here_extends_seeds_itself(linked: Make) -> None:
    code = "from transformers import Trainer\n\nclass Mine(Trainer):\n    pass\n\nMine(m).train()\n"
    assert {row[:5] for row in facts(linked, code)} == {
        (6, source, "seed", 1, "default") for source in ("numpy", "python", "torch")
    }


def test_a_seed_that_another_generator_draws_is_left_open(linked: Make) -> None:
    code = "import random\nimport torch\n\ns = random.randint(1, 9)\ntorch.manual_seed(s)\n"
    assert (5, "torch", "seed", None, "computed", "s") in facts(linked, code)


def test_a_call_of_a_layer_is_no_new_layer(linked: Make) -> None:
    code = (
        "from torch import nn\n\nclass Net(nn.Module):\n    def __init__(self):\n"
        "        self.fc = nn.Linear(1, 1)\n\n    def forward(self, x):\n"
        "        return self.fc(x)\n"
    )
    assert [row[:3] for row in facts(linked, code)] == [(5, "torch", "used")]


def test_a_module_of_the_repository_is_no_library(linked: Make) -> None:
    repository = linked(
        {
            "xgboost.py": "def train(x):\n    return x\n",
            "main.py": "from xgboost import train\ntrain(1)\n",
        }
    )
    assert repository.rows(FACTS) == []


def test_kernels_chosen_by_speed_and_kernels_that_repeat(linked: Make) -> None:
    code = (
        "import torch\ntorch.backends.cudnn.benchmark = True\n"
        "torch.use_deterministic_algorithms(True)\n"
    )
    assert [row[:4] for row in facts(linked, code)] == [
        (2, "cudnn", "used", 0),
        (3, "cudnn", "seed", 1),
    ]
