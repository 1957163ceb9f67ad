"""Credentials: found where they are usable, silent where they only look like it.

The values are put together while the test runs, so that no scanner takes this file for a leak.
"""

import json
from random import Random
from string import ascii_letters, ascii_uppercase, digits

import pytest

from mlops_audit.readers.registry import read_file
from mlops_audit.repository.kinds import kind_of
from mlops_audit.repository.model import SourceFile

Rows = list[tuple[object, ...]]


def random_text(size: int, alphabet: str = ascii_letters + digits, seed: int = 7) -> str:
    return "".join(Random(seed).choices(alphabet, k=size))


UPPER = ascii_uppercase + digits
KEY_ID = "AK" + "IA" + random_text(16, ascii_uppercase + "234567")
SECRET = random_text(40, ascii_letters + digits + "/+")
STORAGE = random_text(86, ascii_letters + digits + "+/") + "=="
GITHUB = "gh" + "p_" + random_text(36)
HUGGING = "h" + "f_" + random_text(34)
GUID = "-".join(random_text(size, "0123456789abcdef", size) for size in (8, 4, 4, 4, 12))
TEAMS = (
    f"https://acme.webhook.office.com/webhookb2/{GUID}@{GUID}"
    f"/Incoming"
    f"Webhook/{random_text(32, '0123456789abcdef')}/{GUID}"
)
WANDB = random_text(40, "0123456789abcdef")


def read(text: str, path: str, role: str = "source") -> Rows:
    content = text.encode()
    kind = kind_of(path) or "text"
    file = SourceFile(path=path, kind=kind, size=len(content), role=role, digest="d")
    return read_file(file, content).get("secret_candidate", [])


@pytest.mark.parametrize(
    ("path", "text", "kind", "usable"),
    [
        ("a.py", f"ID = '{KEY_ID}'\n", "aws-access-key", "yes"),
        ("a.py", f"aws_secret_access_key = '{SECRET}'\n", "aws-secret-key", "yes"),
        ("a.py", f"c = 'AccountName=x;AccountKey={STORAGE};'\n", "azure-storage-key", "yes"),
        ("README.md", f"git clone https://{GITHUB}@github.com/a/b\n", "github-token", "yes"),
        ("conf.yaml", f"hub_token: {HUGGING}\n", "huggingface-token", "yes"),
        ("train.py", f"wandb.login(key='{WANDB}')\n", "wandb-key", "yes"),
        ("run.sh", f"export WANDB_API_KEY={WANDB}\n", "wandb-key", "yes"),
        (".env", f"API_TOKEN={random_text(32)}\n", "token", "likely"),
        (
            "a.py",
            f"# get('https://api.acme.io/q?f=DAILY&apikey={random_text(16, UPPER)}')\n",
            "api-key",
            "likely",
        ),
        ("alert.py", f"HOOK = '{TEAMS}'\n", "teams-webhook", "yes"),
        ("db.py", "URL = 'postgresql://ml:Zk8vQw2pLx9@db.acme.io/x'\n", "url-password", "likely"),
        ("docker-compose.yml", "POSTGRES_PASSWORD: postgres\n", "password", "weak"),
    ],
)
def test_a_credential_is_found(path: str, text: str, kind: str, usable: str) -> None:
    ((_, line, _, found, masked, _, _, worth),) = read(text, path)
    assert (line, found, worth) == (1, kind, usable)
    assert len(str(masked).split("…")[0]) <= 4


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "key = os.environ['AWS_SECRET_ACCESS_KEY']\n"),
        ("a.py", "pad_token = '[PAD]'\ntokenizer_name = 'bert-base-uncased'\n"),
        ("a.py", "api_key = get_secret('prod/api-key')\n"),
        ("conf.yaml", "api_key: ${API_KEY}\npassword: ${{ secrets.DB_PASSWORD }}\n"),
        ("README.md", "export API_KEY=<your-api-key>\n"),
        ("poetry.lock", f"hash = 'sha256:{random_text(64, '0123456789abcdef')}'\n"),
        ("log.txt", f"--> https://host/a?X-Amz-Credential={KEY_ID}%2F20211119%2Fus-east-1\n"),
        ("a.py", "url = f'https://api.acme.io/query?apikey={key}'\n"),
        ("README.md", "https://api.acme.io/query?appid=YOUR_API_KEY_HERE\n"),
        ("a.py", f"commit = '{WANDB}'\n"),
        ("a.py", "primary_key = 'customer_id'\nsort_key = 'created_at'\n"),
    ],
)
def test_what_only_looks_like_one_is_not_usable(path: str, text: str) -> None:
    assert [row[7] for row in read(text, path) if row[7] in ("yes", "likely")] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "README.md",
            f"open http://localhost:8888/tree?token={random_text(48, '0123456789abcdef')}\n",
        ),
        ("tests/test_a.py", f"API_TOKEN = '{random_text(32)}'\n"),
        ("a.py", "password = 'user2_pass'\n"),
    ],
)
def test_what_opens_nothing_is_weak(path: str, text: str) -> None:
    role = "test" if path.startswith("tests/") else "source"
    assert [row[7] for row in read(text, path, role)] == ["weak"]


def test_an_example_of_the_vendor_is_a_placeholder() -> None:
    ((*_, usable),) = read("id = 'AK" + "IAIOSFODNN7EXAMPLE'\n", "a.py")
    assert usable == "placeholder"


def test_the_value_is_in_no_row() -> None:
    rows = read(f"wandb.login(key='{WANDB}')\nTOKEN = '{HUGGING}'\n", "train.py")
    assert len(rows) == 2
    assert WANDB[:8] not in str(rows) and HUGGING[:8] not in str(rows)


def test_the_same_secret_has_the_same_fingerprint() -> None:
    first, second = (read(f"k = '{GITHUB}'\n", path)[0] for path in ("a.py", "b.md"))
    assert first[5] == second[5]


def test_cells_and_outputs_of_a_notebook_are_read() -> None:
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}}
    book = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {**cell, "source": ["import os\n", f"!export WANDB_API_KEY={WANDB}\n"], "outputs": []},
            {
                **cell,
                "source": "show()",
                "outputs": [{"output_type": "stream", "name": "stdout", "text": [GITHUB]}],
            },
        ],
    }
    rows = read(json.dumps(book), "a.ipynb")
    assert [(row[2], row[1], row[3], row[6]) for row in rows] == [
        (0, 2, "wandb-key", "code"),
        (1, None, "github-token", "output"),
    ]
