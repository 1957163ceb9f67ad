"""What triggers and entry points reach."""

TRAIN = (
    "from sklearn.svm import SVC\n\ndef fit():\n    clf = SVC()\n    clf.fit([[1]], [1])\n\n"
    "if __name__ == '__main__':\n    fit()\n"
)


def workflow(trigger, command="python train.py", name="retrain", extra=""):
    return (
        f"name: {name}\non:\n  {trigger}\njobs:\n  work:\n    runs-on: x\n{extra}"
        f"    steps:\n      - run: {command}\n"
    )


def reached(repository, path, scope=""):
    return [
        tuple(row)
        for row in repository.store.connection.execute(
            "SELECT kind, live, tolerated, confidence, trigger_path FROM trigger_reach"
            " WHERE path = ? AND scope = ? ORDER BY kind, trigger_path",
            (path, scope),
        )
    ]


WEEKLY = ".github/workflows/weekly.yml"
CRON = "schedule: [{cron: '0 3 * * 1'}]"


def test_a_schedule_reaches_the_function_that_trains(linked):
    repository = linked({"train.py": TRAIN, WEEKLY: workflow(CRON)})
    assert reached(repository, "train.py", "fit") == [("schedule", 1, 0, "high", WEEKLY)]


def test_a_step_whose_failure_is_ignored_is_tolerated(linked):
    repository = linked({"train.py": TRAIN, WEEKLY: workflow(CRON, "python train.py || true")})
    assert reached(repository, "train.py") == [("schedule", 1, 1, "high", WEEKLY)]


def test_a_way_whose_failure_counts_beats_one_that_is_ignored(linked):
    both = workflow(CRON, "python train.py || true") + "      - run: python train.py\n"
    repository = linked({"train.py": TRAIN, WEEKLY: both})
    assert reached(repository, "train.py") == [("schedule", 1, 0, "high", WEEKLY)]


def test_a_disabled_job_and_a_workflow_where_nothing_reads_it_are_dead(linked):
    off = workflow(CRON, extra="    if: false\n")
    repository = linked({"train.py": TRAIN, WEEKLY: off, "ci/weekly.yml": workflow(CRON)})
    assert {row[1] for row in reached(repository, "train.py")} <= {0}


def test_a_chain_of_workflows_has_the_trigger_of_its_root(linked):
    after = workflow(
        "workflow_run: {workflows: [build], types: [completed]}", "python deploy.py", "deploy"
    )
    repository = linked(
        {
            "build.py": "",
            "deploy.py": "",
            ".github/workflows/build.yml": workflow(
                "workflow_dispatch:", "python build.py", "build"
            ),
            ".github/workflows/deploy.yml": after,
        }
    )
    assert reached(repository, "deploy.py") == [
        ("manual", 1, 0, "high", ".github/workflows/build.yml")
    ]


def test_a_reusable_workflow_is_reached_from_its_caller(linked):
    caller = "on:\n  push:\njobs:\n  call:\n    uses: ./.github/workflows/inner.yml\n"
    repository = linked(
        {
            "train.py": TRAIN,
            ".github/workflows/outer.yml": caller,
            ".github/workflows/inner.yml": workflow("workflow_call:"),
        }
    )
    assert reached(repository, "train.py") == [
        ("push", 1, 0, "high", ".github/workflows/outer.yml")
    ]


def test_a_pipeline_stage_brings_the_stages_it_depends_on(linked):
    repository = linked(
        {
            "prep.py": "",
            "train.py": TRAIN,
            "dvc.yaml": "stages:\n  prep:\n    cmd: python prep.py\n    outs: [data]\n"
            "  fit:\n    cmd: python train.py\n    deps: [data]\n",
            WEEKLY: workflow(CRON, "dvc repro fit"),
        }
    )
    assert [row[0] for row in reached(repository, "prep.py")] == ["schedule"]


def test_an_entry_point_reaches_itself_and_what_it_calls(linked):
    repository = linked({"train.py": TRAIN})
    assert repository.rows("SELECT path, scope, depth, confidence FROM entry_reach") == [
        ("train.py", "", 0, "high"),
        ("train.py", "fit", 1, "high"),
    ]
    assert repository.rows("SELECT path, scope, kind FROM entry_point") == [
        ("train.py", "", "main_guard")
    ]


def test_functions_that_call_each_other_end(linked):
    code = "def a():\n    b()\n\ndef b():\n    a()\n\nif __name__ == '__main__':\n    a()\n"
    repository = linked({"train.py": code})
    assert len(repository.rows("SELECT * FROM entry_reach")) == 3
