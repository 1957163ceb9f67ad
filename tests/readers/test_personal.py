import json

import pytest

from mlops_audit.readers.personal import PersonalDataReader
from mlops_audit.repository.model import SourceFile
from mlops_audit.schema import PersonalData

PEOPLE = ("ada.lovelace", "g.hopper", "joan", "mary_shaw", "kay+news", "barbara.l")


def source(path: str, kind: str, content: bytes) -> SourceFile:
    return SourceFile(path=path, kind=kind, size=len(content), role="source", digest="0")


def read(path: str, text: str) -> list[PersonalData]:
    content = text.encode()
    kind = "notebook" if path.endswith(".ipynb") else "data"
    file = source(path, kind, content)
    reader = PersonalDataReader()
    assert reader.accepts(file)
    return list(reader.read(file, content))


def table(header: str, *rows: str) -> str:
    return "\n".join((header, *rows)) + "\n"


def kinds(rows: list[PersonalData]) -> list[tuple[str, str]]:
    return [(row.kind, row.column) for row in rows]


def test_a_column_of_addresses_is_found_with_its_name_and_header_line() -> None:
    text = table("id;mail", *(f"{n};{who}@lovelace.org" for n, who in enumerate(PEOPLE)))
    assert read("a.csv", text) == [PersonalData("a.csv", 1, None, "e-mail", "mail", 6, "data")]


@pytest.mark.parametrize("domain", ["example.org", "example.com", "test.com", "mail.test"])
def test_addresses_of_documentation_are_no_personal_data(domain: str) -> None:
    assert read("a.csv", table("mail", *(f"{who}@{domain}" for who in PEOPLE))) == []


def test_a_few_addresses_in_a_column_of_other_words_are_no_column_of_addresses() -> None:
    rows = [f"{who}@lovelace.org" for who in PEOPLE] + ["call back", "sent", "open", "", "new"] * 2
    assert read("a.csv", table("note", *rows)) == []


def test_phone_numbers_count_under_a_header_that_says_so_only() -> None:
    numbers = [f"+49 30 901820{n}" for n in range(10, 16)]
    assert kinds(read("a.csv", table("phone", *numbers))) == [("phone", "phone")]
    assert read("a.csv", table("measurement", *numbers)) == []


def test_an_account_number_needs_its_check_digits() -> None:
    right = ["DE89370400440532013000", "GB29NWBK60161331926819", "FR1420041010050500013M02606"]
    right += ["ES9121000418450200051332", "NL91ABNA0417164300", "AT611904300234573201"]
    assert kinds(read("a.csv", table("account", *right))) == [("iban", "account")]
    wrong = [value[:2] + "00" + value[4:] for value in right]
    assert read("a.csv", table("account", *wrong)) == []


def test_card_numbers_need_header_and_check_digit() -> None:
    cards = ["4111111111111111", "5500005555555559", "340000000000009", "6011000000000004"]
    cards += ["4012888888881881", "4222222222222"]
    assert kinds(read("a.csv", table("card_number", *cards))) == [("payment-card", "card_number")]
    assert read("a.csv", table("transaction", *cards)) == []
    assert (
        read(
            "a.csv", table("card_number", *(f"{n:016d}" for n in range(4 * 10**15, 4 * 10**15 + 9)))
        )
        == []
    )


def test_names_count_beside_something_that_makes_them_persons() -> None:
    names = ["Lovelace", "Hopper", "Clarke", "Shaw", "Liskov", "Kay"]
    rows = [f"{name},19{n}0-01-01" for n, name in enumerate(names, 1)]
    assert kinds(read("a.csv", table("last_name,birth_date", *rows))) == [("person", "last_name")]
    assert read("a.csv", table("last_name,goals", *rows)) == []
    products = [f"{name},1 Main Street" for name in names]
    assert read("a.csv", table("product_name,address", *products)) == []


def test_records_are_read_like_columns() -> None:
    lines = [json.dumps({"user": f"{who}@lovelace.org", "n": 1}) for who in PEOPLE]
    assert kinds(read("a.jsonl", "\n".join(["not json", *lines]))) == [("e-mail", "user")]


def test_an_output_that_shows_many_addresses_is_found_with_its_cell() -> None:
    shown = "\n".join(f"{n} {who}@lovelace.org" for n, who in enumerate(PEOPLE))
    cells = [
        {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "execution_count": 1},
        {
            "cell_type": "code",
            "source": "df.mail",
            "metadata": {},
            "execution_count": 2,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": shown}],
        },
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert read("a.ipynb", text) == [PersonalData("a.ipynb", None, 1, "e-mail", "", 6, "output")]


def test_an_address_or_two_of_authors_in_an_output_are_no_finding() -> None:
    cell = {
        "cell_type": "code",
        "source": "!pip show x",
        "metadata": {},
        "execution_count": 1,
        "outputs": [
            {"output_type": "stream", "name": "stdout", "text": "Author-email: ada@lovelace.org"}
        ],
    }
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert read("a.ipynb", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a",
        "a,b\n",
        '"a\n' * 50,
        "\0\n\0\n",
        "a" * 200_000 + "\n" + "b" * 200_000,
        "@" * 100_000 + "\n@",
    ],
)
def test_odd_tables_give_nothing(text: str) -> None:
    assert read("a.csv", text) == []


def test_a_long_word_that_is_almost_an_address_is_none() -> None:
    nasty = "a." * 40_000 + "@" + "b-" * 40_000
    assert read("a.csv", table("mail", *[nasty] * 20)) == []


def test_no_value_is_kept() -> None:
    text = table("mail", *(f"{who}@lovelace.org" for who in PEOPLE))
    assert "lovelace" not in repr(read("a.csv", text))
