"""Technology files: strict reading, and matching over hand-filled facts."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from mlops_audit.errors import RulebookError
from mlops_audit.facts.store import COLUMNS, FactStore
from mlops_audit.linking.technologies import Catalogue, load_examples, match_technologies

HEAD = "id: tool\ntitle: Tool\ncategory: tracking\nhomepage: https://example.org\n"


def catalogue(tmp_path: Path, body: str, name: str = "tool") -> Catalogue:
    file = tmp_path / f"{name}.yaml"
    file.write_text(HEAD.replace("id: tool", f"id: {name}") + dedent(body), encoding="utf-8")
    return Catalogue.load([tmp_path])


@pytest.fixture
def store() -> FactStore:
    return FactStore()


def add(store: FactStore, table: str, **values: Any) -> None:
    defaults: dict[str, Any] = {"line": 1, "scope": "", "guarded": 0, "arguments": 0, "id": 1}
    row = []
    for name in COLUMNS[table]:
        missing = "" if name not in ("cell", "result", "keyword", "call") else None
        row.append(values.get(name, defaults.get(name, missing)))
    store.connection.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)


def add_call(store: FactStore, path: str, target: str, **values: Any) -> None:
    receiver, _, method = target.rpartition(".")
    defaults = {"method": method, "receiver": receiver.lstrip("?"), "name": target}
    add(store, "call", path=path, target=target, **(defaults | values))


def found(store: FactStore, technologies: Catalogue) -> set[str]:
    return {
        f"{action.action} {action.path}:{action.line}"
        for action in match_technologies(store.connection, technologies)[1]
    }


@pytest.mark.parametrize(
    ("body", "line", "problem"),
    [
        ("colour: red\n", 5, "unknown key `colour`"),
        ("calls:\n  - {name: a.b, actions: []}\n  - {name: a.c, actions: [trian]}\n", 7, "`train`"),
        ("calls:\n  - {name: a..b, actions: []}\n", 6, "no dotted glob"),
        ("calls:\n  - {name: a.x**, actions: []}\n", 6, "no dotted glob"),
        ("files:\n  - {glob: '**/*.{a,b', actions: []}\n", 6, "braces"),
        ("keys:\n  - {file: '*.yaml', actions: []}\n", 6, "`key` or `schema`"),
        ("keys:\n  - {file: '*.yaml', key: a, unless: b, actions: []}\n", 6, "`key: value`"),
        ("keys:\n  - {file: '*.yaml', key: a, beside: b, actions: []}\n", 6, "beside is"),
        ("calls:\n  - {name: a.b, keyword: on, actions: []}\n", 6, "quote it"),
        ("calls:\n  - {name: a.b, value: x, actions: []}\n", 6, "needs a keyword"),
        ("methods:\n  - {name: a.fit, actions: [train]}\n", 6, "without dots"),
        ("calls: [\n", 6, "not valid YAML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(
    tmp_path: Path, body: str, line: int, problem: str
) -> None:
    with pytest.raises(RulebookError) as error:
        catalogue(tmp_path, body)
    assert problem in str(error.value)
    assert f"tool.yaml:{line}:" in str(error.value)


def test_the_id_is_the_file_name(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(HEAD, encoding="utf-8")
    with pytest.raises(RulebookError, match="id must be the file name"):
        Catalogue.load([tmp_path])


def test_examples_are_read_only_on_request(tmp_path: Path) -> None:
    file = tmp_path / "tool.yaml"
    file.write_text(HEAD + "---\nexamples: [{name: a, files: {x.py: 'y'}}]\n", encoding="utf-8")
    Catalogue.load([file])
    assert [example.name for example in load_examples(file)] == ["a"]


def test_one_star_is_one_part_and_two_are_several(tmp_path: Path, store: FactStore) -> None:
    tools = catalogue(
        tmp_path,
        """
        calls:
          - {name: "tool.*.one", actions: [train]}
          - {name: "tool.**.many", actions: [tune]}
          - {name: "tool.Some*.fit", actions: [predict]}
        """,
    )
    for line, target in enumerate(
        ["tool.a.one", "tool.a.b.one", "tool.a.b.many", "tool.SomeThing.fit", "tool.many"], 1
    ):
        add_call(store, "a.py", target, line=line, id=line)
    assert found(store, tools) == {"train a.py:1", "tune a.py:3", "predict a.py:4"}


def test_the_first_matching_entry_wins(tmp_path: Path, store: FactStore) -> None:
    tools = catalogue(
        tmp_path,
        """
        calls:
          - {name: "tool.pre.*.fit", actions: [prepare_data]}
          - {name: "tool.**.fit", actions: [train]}
        """,
    )
    add_call(store, "a.py", "tool.pre.Scaler.fit", line=1, id=1)
    add_call(store, "a.py", "tool.svm.SVC.fit", line=2, id=2)
    assert found(store, tools) == {"prepare_data a.py:1", "train a.py:2"}


def test_a_keyword_decides_unless_it_is_none(tmp_path: Path, store: FactStore) -> None:
    tools = catalogue(
        tmp_path,
        """
        calls:
          - {name: tool.log_model, keyword: registered_model_name, actions: [register_model]}
          - {name: tool.log_model, actions: [log_artifact]}
          - {name: tool.Args, keyword: report_to, value: "!none", actions: [autolog]}
        """,
    )
    for line, (target, kind, value) in enumerate(
        [
            ("tool.log_model", "string", "m"),
            ("tool.log_model", "none", None),
            ("tool.Args", "string", "none"),
            ("tool.Args", "string", "wandb"),
        ],
        1,
    ):
        keyword = "report_to" if target == "tool.Args" else "registered_model_name"
        add_call(store, "a.py", target, line=line, id=line)
        add(store, "call_argument", path="a.py", call=line, position=0, keyword=keyword,
            kind=kind, value=value)  # fmt: skip
    assert found(store, tools) == {
        "register_model a.py:1",
        "log_artifact a.py:2",
        "autolog a.py:4",
    }


def test_a_method_of_an_unknown_receiver_needs_the_import(tmp_path: Path, store: FactStore) -> None:
    tools = catalogue(
        tmp_path,
        """
        imports: [tool]
        methods: [{name: fit, actions: [train], receiver: "*model*|clf"}]
        """,
    )
    add(store, "import", path="with.py", target="tool.x", root="tool", alias="x")
    add_call(store, "with.py", "?.fit", receiver="self.model", line=3)
    add_call(store, "with.py", "?.fit", receiver="scaler", line=4, id=2)
    add_call(store, "other/without.py", "?.fit", receiver="unknown", line=3)
    assert found(store, tools) == {"train with.py:3"}


def test_a_project_that_imports_the_tool_lends_little_confidence(
    tmp_path: Path, store: FactStore
) -> None:
    tools = catalogue(
        tmp_path,
        """
        imports: [tool]
        methods: [{name: fit, actions: [train], receiver: "*model*"}]
        """,
    )
    add(store, "project", root="", name="p", evidence="")
    add(store, "import", path="a.py", target="tool", root="tool", alias="tool")
    add_call(store, "b.py", "?.fit", receiver="model")
    (action,) = match_technologies(store.connection, tools)[1]
    assert (action.path, action.confidence) == ("b.py", "low")


def test_a_name_that_no_other_tool_has_counts_without_the_import(
    tmp_path: Path, store: FactStore
) -> None:
    tools = catalogue(
        tmp_path,
        """
        imports: [tool]
        methods: [{name: expect_rows, actions: [validate_data], receiver: "*", confidence: high}]
        """,
    )
    add(store, "project", root="", name="p", evidence="")
    add(store, "import", path="conftest.py", target="tool", root="tool", alias="tool")
    add_call(store, "test_data.py", "?.expect_rows", receiver="frame")
    (action,) = match_technologies(store.connection, tools)[1]
    assert (action.path, action.confidence) == ("test_data.py", "medium")


def test_what_the_repository_itself_holds_may_be_of_any_type(
    tmp_path: Path, store: FactStore
) -> None:
    tools = catalogue(
        tmp_path,
        """
        imports: [tool]
        methods: [{name: log_metric, actions: [log_metric], receiver: "*client*"}]
        """,
    )
    for path in ("pkg/base.py", "pkg/train.py"):
        add(store, "module", path=path, module=path.removesuffix(".py").replace("/", "."))
    add(store, "definition", path="pkg/base.py", qualname="Job", kind="class")
    add(store, "definition", path="pkg/base.py", qualname="Job.client_of", kind="method")
    add(store, "import", path="pkg/train.py", target="tool", root="tool", alias="tool")
    made = "pkg.base.Job.service.client"
    add_call(store, "pkg/train.py", f"{made}.log_metric", receiver="client", line=1, id=1)
    add_call(store, "pkg/train.py", f"{made}.other", receiver="client", line=2, id=2)
    add_call(
        store, "pkg/train.py", "pkg.base.CLIENTS.log_metric", receiver="a_client", line=3, id=3
    )
    add_call(store, "pkg/train.py", "csv.writer.log_metric", receiver="client", line=4, id=4)
    assert found(store, tools) == {"log_metric pkg/train.py:1", "log_metric pkg/train.py:3"}


def test_an_inherited_method_belongs_to_the_base(tmp_path: Path, store: FactStore) -> None:
    tools = catalogue(tmp_path, 'calls: [{name: "tool.**.fit", actions: [train]}]\n')
    add(store, "module", path="pkg/nets.py", module="pkg.nets")
    add(store, "definition", path="pkg/nets.py", qualname="Base", kind="class")
    add(store, "definition", path="pkg/nets.py", qualname="Net", kind="class")
    add(store, "definition", path="pkg/nets.py", qualname="Own", kind="class")
    add(store, "definition", path="pkg/nets.py", qualname="Own.fit", kind="method")
    add(store, "base", path="pkg/nets.py", qualname="Base", target="tool.nn.Model")
    add(store, "base", path="pkg/nets.py", qualname="Net", target=".Base")
    add(store, "base", path="pkg/nets.py", qualname="Own", target=".Base")
    add(store, "module", path="train.py", module="train")
    add_call(store, "train.py", "pkg.nets.Net.fit", line=1, id=1)
    add_call(store, "train.py", "pkg.nets.Own.fit", line=2, id=2)
    assert found(store, tools) == {"train train.py:1"}


def test_a_name_re_exported_by_the_repository_is_followed(tmp_path: Path, store: FactStore) -> None:
    tools = catalogue(tmp_path, "calls: [{name: tool.log_metric, actions: [log_metric]}]\n")
    add(store, "module", path="src/pkg/config.py", module="src.pkg.config")
    add(store, "import", path="src/pkg/config.py", target="tool", root="tool", alias="tool")
    add_call(store, "train.py", "pkg.config.tool.log_metric")
    assert found(store, tools) == {"log_metric train.py:1"}


def test_a_module_of_the_repository_hides_the_tool_of_the_same_name(
    tmp_path: Path, store: FactStore
) -> None:
    tools = catalogue(
        tmp_path, "imports: [tool]\ncalls: [{name: tool.load, actions: [load_data]}]\n"
    )
    for path in ("tool.py", "a.py"):
        add(store, "module", path=path, module=path.removesuffix(".py"))
    add(store, "import", path="a.py", target="tool.load", root="tool", alias="load")
    add_call(store, "a.py", "tool.load")
    assert match_technologies(store.connection, tools) == ([], [])


def test_automation_and_settings_are_matched(tmp_path: Path, store: FactStore) -> None:
    tools = catalogue(
        tmp_path,
        """
        packages: [Tool_Box]
        commands: [{program: tool, arguments: "run *", actions: [train]}]
        uses: [{name: "acme/tool*", actions: [compare]}]
        images: [{name: "*/tool", actions: [serve]}]
        files: [{glob: "**/*.{tool,box}", actions: [pipeline]}]
        keys:
          - {file: "**/*.{yml,yaml}", schema: "*toolJob*", actions: [run_pipeline]}
          - {file: "**/*.yaml", key: "spec.**.kind", value: "Tool|Box", actions: [deploy]}
        """,
    )
    add(store, "dependency", path="requirements.txt", name="tool-box")
    add(store, "command", path="ci.yml", line=2, program="tool", arguments="run x")
    add(store, "command", path="ci.yml", line=3, program="python", arguments="-m tool run y")
    add(store, "command", path="ci.yml", line=4, program="tool", arguments="version")
    add(store, "step", path="ci.yml", line=5, uses="acme/tool-setup@v1")
    add(store, "image_base", path="Dockerfile", line=6, image="docker.io/tool")
    for path in ("x/y.box", "y.boxes"):
        add(store, "file", path=path)
    add(store, "setting", path="job.yml", line=7, key="$schema", name="$schema",
        value="https://example.org/toolJob.json")  # fmt: skip
    add(store, "setting", path="d/k.yaml", line=8, key="spec.a[0].kind", name="kind", value="Box")
    uses, _ = match_technologies(store.connection, tools)
    assert {use.via for use in uses} == {"declared", "command", "uses", "image", "file", "key"}
    assert found(store, tools) == {
        "train ci.yml:2",
        "train ci.yml:3",
        "compare ci.yml:5",
        "serve Dockerfile:6",
        "pipeline x/y.box:None",
        "run_pipeline job.yml:7",
        "deploy d/k.yaml:8",
    }
