"""Every technology that starts something, by an example in its own format, read and linked."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from chains import Chains

from mlops_audit.facts.collect import collect
from mlops_audit.linking import link
from mlops_audit.repository import open_repository

CASES = Path(__file__).parent / "cases"
#: What files stand for in the examples, so that they show nothing but the format.
CODE = {
    "TRAIN": "from sklearn.svm import SVC\n\n\ndef fit():\n    SVC().fit([[0], [1]], [0, 1])\n\n\n"
    'if __name__ == "__main__":\n    fit()\n',
    "SERVE": "import pickle\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"
    'model = pickle.load(open("model.pkl", "rb"))\n\n\n@app.post("/predict")\n'
    "def predict(x: float):\n    return model.predict([[x]])\n",
    "EMPTY": "",
}


def cases() -> Iterator[Any]:
    """Yield every example with a name to show."""
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]:
            yield pytest.param(case, id=f"{path.stem}: {case['name']}")


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Callable[[dict[str, str]], Chains]]:
    """Return a function that reads and links a repository of the given files."""
    stores = []

    def make(files: dict[str, str]) -> Chains:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(CODE.get(content, content), encoding="utf-8")
        store = collect(open_repository(tmp_path), jobs=1)
        stores.append(store)
        link(store)
        return Chains(store.connection)

    yield make
    for store in stores:
        store.close()


@pytest.mark.parametrize("case", list(cases()))
def test_an_example_yields_its_chains(
    case: dict[str, Any], read: Callable[[dict[str, str]], Chains]
) -> None:
    chains = read(case["files"])
    missing = [text for text in case["chains"] if not chains.holds(text)]
    wrong = [text for text in case.get("never", ()) if chains.holds(text)]
    assert (missing, wrong) == ([], [])
