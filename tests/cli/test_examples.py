"""The examples in statemachines/ do what they say."""

import json
import uuid

import pytest
from conftest import EXAMPLES, Pawl, until

RUNS = [
    ("hello", {}, {"greeting": "Hello, world!"}),
    ("hello", {"name": "Ada"}, {"name": "Ada", "greeting": "Hello, Ada!"}),
    ("retry", {"fails": 1}, {"fetched": True, "attempts": 2}),
    ("retry", {"fails": 9}, {"fetched": False, "error": "Unreachable"}),
    ("parallel", {"text": "to be or not"}, {"words": 4, "loud": "TO BE OR NOT"}),
    (
        "map",
        {
            "discount": 10,
            "orders": [
                {"article": "nut", "pieces": 4, "price": 5},
                {"article": "bolt", "pieces": 1, "price": 20},
            ],
        },
        [
            {"position": 0, "article": "nut", "total": 18.0},
            {"position": 1, "article": "bolt", "total": 18.0},
        ],
    ),
    ("map", {"discount": 0, "orders": []}, []),
    ("choice", {"total": 1500, "country": "DE"}, {"queue": "by hand"}),
    ("choice", {"total": 15}, {"queue": "automatic"}),
    (
        "distributed",
        {"texts": [{"text": "to be"}, {"text": "or"}, {"text": "not to be"}]},
        [2, 1, 3],
    ),
    (
        "nested",
        {"customer": "Ada", "order": {"total": 1500, "country": "DE"}},
        {"queue": "by hand"},
    ),
    ("nested", {"customer": "Ada", "order": {"total": -1}}, {"queue": "refused"}),
]


def test_every_example_is_valid_without_warnings(pawl: Pawl) -> None:
    files = sorted(str(path) for path in EXAMPLES.parent.glob("*/*.asl.*"))
    assert len(files) >= 9
    for line in pawl.json("validate", *files):
        assert line["diagnostics"] == [], line["file"]


def test_every_example_is_run_by_a_test() -> None:
    names = {path.name.split(".")[0] for path in EXAMPLES.glob("*.asl.*")}
    assert names == {name for name, _, _ in RUNS} | {"wait"}


@pytest.mark.parametrize(("name", "given", "expected"), RUNS)
def test_the_example_gives_its_output(examples: Pawl, name: str, given, expected) -> None:
    outcome = examples("run", name, "--input", json.dumps(given))
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out) == expected


@pytest.mark.parametrize("total", ["-1", '"much"', "null"])
def test_the_choice_example_refuses_an_order_without_a_total(examples: Pawl, total: str) -> None:
    outcome = examples("run", "choice", "--input", f'{{"total": {total}}}')
    assert outcome.code == 1
    assert "Order.Refused" in outcome.err


def test_the_distributed_example_bears_one_failure_in_ten(examples: Pawl) -> None:
    texts = [{"text": "one"}] * 19 + [{"text": 0}]
    outcome = examples(
        *("run", "distributed", "--name", "bears", "--input", json.dumps({"texts": texts}))
    )
    assert outcome.code == 0, outcome.err
    [run] = examples.json("map-runs", "distributed", "bears")
    assert (run["status"], run["items"]["succeeded"], run["items"]["failed"]) == (
        "SUCCEEDED",
        19,
        1,
    )


def test_the_nested_example_starts_another_and_goes_on(examples: Pawl) -> None:
    given = {"customer": uuid.uuid4().hex, "order": {"total": 15}}
    assert examples("run", "nested", "--input", json.dumps(given)).code == 0

    def has_greeted() -> bool:
        names = [line["name"] for line in examples.json("list", "hello", "--status", "SUCCEEDED")]
        inputs = [examples.json("describe", "hello", name)[0]["input"] for name in names]
        return any(input.get("name") == given["customer"] for input in inputs)

    until(has_greeted, "the greeting")


def test_the_wait_example_sleeps_as_long_as_it_was_told(examples: Pawl) -> None:
    outcome = examples("run", "wait", "--name", "nap", "--input", '{"seconds": 1}')
    assert json.loads(outcome.out)["slept"] == 1
    [described] = examples.json("describe", "wait", "nap")
    assert described["start_time"] < described["stop_time"]
