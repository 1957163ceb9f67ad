"""Files that no tool would accept: facts where possible, a diagnostic otherwise, no failure."""

from pathlib import Path

import pytest
import yaml
from chains import Chains

from mlops_audit.facts.collect import collect
from mlops_audit.linking import link
from mlops_audit.readers.registry import read_file
from mlops_audit.repository import open_repository
from mlops_audit.repository.model import SourceFile

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
FILES = {
    f"{case['technology']}: {case['name']}: {name}": (name, content.encode())
    for path in CASES
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]
    for name, content in case["files"].items()
    if content not in ("TRAIN", "SERVE", "EMPTY") and not name.endswith(".py")
}


def problems(name: str, content: bytes) -> list[str]:
    kind = "dockerfile" if "dockerfile" in name.lower() else "text"
    file = SourceFile(path=name, kind=kind, size=len(content), role="source", digest=None)
    return [str(row[3]) for row in read_file(file, content).get("diagnostic", ())]


def linked(folder: Path, files: dict[str, str]) -> Chains:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    store = collect(open_repository(folder), jobs=1)
    link(store)
    return Chains(store.connection)


@pytest.mark.parametrize("key", sorted(FILES))
def test_a_file_that_is_cut_off_or_overwritten_never_fails_a_reader(key):
    name, content = FILES[key]
    cuts = range(1, len(content), max(1, len(content) // 12))
    damaged = [content[:cut] for cut in cuts]
    damaged += [content[:cut] + b'\xff\xfe\x00{["' + content[cut + 5 :] for cut in cuts]
    damaged += [content.replace(b": ", b": *a "), content.replace(b"\n", b"\r"), content * 3]
    damaged += [content.replace(b'"', b"'"), content.decode().encode("utf-16")]
    failed = [one for one in damaged if any("failed" in text for text in problems(name, one))]
    assert failed == []


@pytest.mark.parametrize(
    "value", ["5", "[]", "{}", "null", "[[1]]", "{a: {b: [null]}}", "!!binary x", "&a [*a]"]
)
@pytest.mark.parametrize("key", sorted(name for name in FILES if ".y" in name))
def test_a_value_of_another_shape_never_fails_a_reader(key, value):
    name, content = FILES[key]
    lines = content.decode().split("\n")
    for number, line in enumerate(lines):
        head, colon, _ = line.partition(":")
        changed = "\n".join([*lines[:number], f"{head}{colon} {value}", *lines[number + 1 :]])
        assert not [text for text in problems(name, changed.encode()) if "failed" in text]


def test_files_that_include_each_other_are_followed_once(tmp_path):
    chains = linked(
        tmp_path,
        {
            ".gitlab-ci.yml": "include: /ci/a.yml\n",
            "ci/a.yml": "include: [/ci/b.yml, /ci/a.yml]\nx:\n  script: [python train.py]\n",
            "ci/b.yml": "include: /ci/a.yml\ny:\n  script: [python train.py]\n",
            "k/kustomization.yaml": "resources: [../l, ../k, ../../outside]\n",
            "l/kustomization.yaml": "resources: [../k, missing.yaml]\n",
            "tf/main.tf": 'module "m" {\n  source = "../tf"\n}\n'
            'module "n" {\n  source = "./n"\n}\n',
            "tf/n/main.tf": 'module "m" {\n  source = "../"\n}\n',
            "compose.yaml": "services:\n  a:\n    extends: {service: b}\n  b:\n"
            "    extends: {service: a}\n    command: python train.py\n",
            ".github/workflows/a.yml": "on: push\njobs:\n  a: {uses: ./.github/workflows/b.yml}\n",
            ".github/workflows/b.yml": "on: workflow_call\njobs:\n"
            "  b: {uses: ./.github/workflows/a.yml}\n",
            "train.py": "print(1)\n",
        },
    )
    assert chains.holds("push > ci/b.yml#job:y > train.py")
    assert chains.holds("k/kustomization.yaml > l/kustomization.yaml")
    assert chains.holds("tf/main.tf > tf/n/main.tf > tf/main.tf")
    assert chains.holds("compose.yaml#stage:a > compose.yaml#stage:b > train.py")
    assert chains.holds("push > .github/workflows/b.yml#job:b")


def test_what_lies_outside_the_repository_is_not_followed(tmp_path):
    outside = tmp_path / "secret"
    outside.mkdir()
    (outside / "train.py").write_text("print(1)\n")
    chains = linked(
        tmp_path / "repository",
        {
            "compose.yaml": "services:\n  a:\n    build: ../secret\n"
            "  b:\n    build: /etc\n    command: python ../../secret/train.py\n",
            "k/kustomization.yaml": "resources: [../../secret, https://example.org/x]\n",
            "template.yaml": "Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
            "    Properties: {CodeUri: ../secret, Handler: train.run}\n",
        },
    )
    targets = {link.target.path for links in chains.graph.links.values() for link in links}
    assert targets <= {"compose.yaml", "k/kustomization.yaml", "template.yaml"}


def test_a_pipeline_of_ten_thousand_lines_is_read_within_limits():
    steps = "".join(f"      - run: python step_{number}.py\n" for number in range(10_000))
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}"
    file = SourceFile(
        path=".github/workflows/big.yml", kind="text", size=len(text), role="source", digest=None
    )
    tables = read_file(file, text.encode())
    assert len(tables["step"]) == 10_000
    assert len(tables["command"]) == 10_000


def test_a_matrix_of_many_values_stays_small():
    values = ", ".join(f"s{number}.py" for number in range(500))
    text = (
        f"on: push\njobs:\n  a:\n    runs-on: x\n    strategy:\n      matrix:\n"
        f"        x: [{values}]\n        y: [{values}]\n    steps:\n"
        "      - run: python ${{ matrix.x }} ${{ matrix.y }}\n"
    )
    file = SourceFile(
        path=".github/workflows/m.yml", kind="text", size=len(text), role="source", digest=None
    )
    assert len(read_file(file, text.encode())["command"]) <= 20
