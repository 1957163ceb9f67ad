"""Text logs of common shapes (`epoch 3 loss 0.12`), and what makes numbers a log of training."""

import re

from mlops_audit.readers.runs.curves import Curves, decoded
from mlops_audit.readers.runs.history import History
from mlops_audit.readers.runs.rows import number

STEP = re.compile(r"(?:global_?)?(?:epochs?|steps?|iter(?:ation)?s?|round)", re.IGNORECASE)
_MEASURE = re.compile(
    r"(?:(?:train(?:ing)?|val(?:id(?:ation)?)?|test|dev|eval(?:uation)?|avg|mean|best|total)"
    r"[\s_./-]?)?(?:[a-z0-9]{1,12}[\s_./-])?"
    r"(?:loss(?:es)?|acc(?:uracy)?|auc|roc_?auc|f1(?:[_-]?(?:score|macro|micro))?|precision|recall"
    r"|rmse|mse|mae|mape|r2|error|perplexity|ppl|bleu|map(?:50)?|iou|miou|dice|psnr|ssim|wer|cer)"
    r"(?:[_./-]?\w{1,20})?",
    re.IGNORECASE,
)
_TEXT_LINE = re.compile(
    r"\b(?:epoch|step|iter(?:ation)?|round)s?\b[\s:=#\[(]{0,4}(?P<step>\d{1,9})", re.IGNORECASE
)
_TEXT_VALUE = re.compile(
    r"(?<![\w.])(?P<key>[A-Za-z][\w/.-]{0,40})[ \t]{0,4}(?:[:=]|[ \t])[ \t]{0,4}"
    r"(?P<value>[-+]?(?:\d{1,12}(?:\.\d{1,20})?|\.\d{1,20})(?:e[-+]?\d{1,3})?|nan|inf)(?![\w.%])",
    re.IGNORECASE,
)
_TEXT_LINES = 200_000
_LEAST_LINES = 2


def is_log(curves: Curves) -> bool:
    """Tell steps that rise beside a measure that was taken at least twice."""
    steps = [key for key in curves if STEP.fullmatch(key.strip())]
    measures = [key for key in curves if _MEASURE.fullmatch(key.strip())]
    if not steps or not any(
        curves[key].count >= _LEAST_LINES and curves[key].last is not None for key in measures
    ):
        return False
    points = [point[2] for point in curves[steps[0]].points()]
    known = [value for value in points if value is not None]
    return len(known) == len(points) and known == sorted(known) and known[0] < known[-1]


def text_curves(content: bytes) -> Curves:
    """Return the curves of lines such as `epoch 3 loss 0.12`."""
    curves: Curves = {}
    for line in decoded(content).splitlines()[:_TEXT_LINES]:
        found = _TEXT_LINE.search(line[:500])
        if found is None:
            continue
        step = number(found["step"])
        values = {
            match["key"]: match["value"]
            for match in _TEXT_VALUE.finditer(line[:500])
            if _MEASURE.fullmatch(match["key"])
        }
        if not values:
            continue
        curves.setdefault("epoch", History()).add(step, step)
        for key, value in values.items():
            if key in curves or len(curves) < 100:
                curves.setdefault(key, History()).add(number(value), step)
    return curves
