"""What the trainer of Transformers writes for people: results and the model card."""

import re
from collections.abc import Iterator
from typing import Any

from mlops_audit.readers.runs.curves import decoded, numbers, plain_json
from mlops_audit.readers.runs.rows import (
    base_name,
    finite,
    metric_row,
    parameter_row,
    run_row,
)
from mlops_audit.readers.yaml_document import load_yaml
from mlops_audit.schema import RunStore

RESULTS = re.compile(
    r"(?:(?P<folder>[^\n]{1,300})/)?(?P<part>all|train|eval|test|predict)_results\.json"
)
CARD = re.compile(r"(?:(?P<folder>[^\n]{1,300})/)?README\.md")

_FRONT = re.compile(r"---\n(.{0,20000}?)\n---\n", re.DOTALL)
_OWN_MARK = "generated_from_trainer"
_PARAMETERS = "### Training hyperparameters"
_PARAMETER = re.compile(r"- (\w{1,60}): ([^\n]{1,300})")
_RUNTIME = re.compile(r"(?:train|eval|test|predict)_(?:runtime|samples_per_second|samples)")


def results(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield what `trainer.save_metrics` wrote."""
    told = plain_json(content)
    if not any(_RUNTIME.fullmatch(str(key)) for key in told):
        return
    store, run, folder = _place(path, found)
    yield RunStore(store, "hf-trainer", 0)
    yield run_row(store, run, folder)
    for key, value in numbers(told):
        yield metric_row(store, run, key, value)


def card(path: str, found: re.Match[str], content: bytes) -> Iterator[Any]:
    """Yield parameters and results of a card that the trainer wrote."""
    text = decoded(content[:200_000]).replace("\r\n", "\n")
    front = _FRONT.match(text)
    if front is None or _OWN_MARK not in front[1]:
        return
    documents = load_yaml(front[1].encode()).documents
    if not documents or _OWN_MARK not in documents[0].get("tags").texts():
        return
    store, run, folder = _place(path, found)
    tree = documents[0]
    yield RunStore(store, "hf-trainer", 0)
    for model in tree.get("model-index").items():
        yield run_row(store, run, folder, name=model.get("name").text)
        for result in model.get("results").items():
            for metric in result.get("metrics").items():
                value = finite(metric.get("value").value)
                if value is not None and (name := metric.get("type").text):
                    yield metric_row(store, run, f"eval/{name}", value)
    section = text.partition(_PARAMETERS)[2].partition("\n### ")[0]
    for key, value in _PARAMETER.findall(section[:10_000]):
        yield parameter_row(store, run, key, value.strip())


def _place(path: str, found: re.Match[str]) -> tuple[str, str, str]:
    """Return store and run as the state of the trainer in the same folder has them."""
    folder = found["folder"] or ""
    return folder or ".", base_name(folder) or "trainer", folder or path
