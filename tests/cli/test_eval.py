"""`pawl eval`: expressions for people, and line by line for programs."""

import json
from typing import Any

import pytest
from conftest import Outcome, Pawl

ORDER = json.dumps({"items": [{"price": 3}, {"price": 4}], "id": "a"})


def batch(pawl: Pawl, *lines: Any, flags: tuple[str, ...] = ()) -> list[Any]:
    """The answers to lines, which are text or become JSON."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    outcome = pawl("eval", "--batch", *flags, stdin="".join(text + "\n" for text in texts))
    assert outcome.code == 0, outcome.err
    return outcome.json_lines


def jsonata(expression: str, **more: Any) -> dict[str, Any]:
    return {"language": "jsonata", "expression": expression, **more}


def jsonpath(expression: str, **more: Any) -> dict[str, Any]:
    return {"language": "jsonpath", "expression": expression, **more}


def test_a_result_is_printed_as_json_for_people(pawl: Pawl) -> None:
    outcome = pawl("eval", "$sum(items.price)", "--input", ORDER)
    assert outcome == Outcome(0, "7\n", "")
    indented = pawl("eval", '{"total": 7}')
    assert indented.out == '{\n  "total": 7\n}\n'


def test_input_may_be_a_file_or_standard_input(pawl: Pawl, tmp_path) -> None:
    file = tmp_path / "order.json"
    file.write_text(ORDER)
    assert pawl("eval", "id", "--input", f"@{file}").out == '"a"\n'
    assert pawl("eval", "id", "--input", "-", stdin=ORDER).out == '"a"\n'


def test_variables_have_their_names_with_or_without_a_dollar(pawl: Pawl) -> None:
    outcome = pawl("eval", "$a + $b", "--variable", "a=1", "--variable", "$b=2")
    assert outcome.out == "3\n"


def test_undefined_says_so_and_prints_no_data(pawl: Pawl) -> None:
    outcome = pawl("eval", "nothing", "--input", "{}")
    assert (outcome.code, outcome.out) == (0, "")
    assert "undefined" in outcome.err
    assert pawl.json("eval", "nothing", "--input", "{}") == [{"undefined": True}]


def test_an_error_names_code_position_and_token(pawl: Pawl) -> None:
    outcome = pawl("eval", '1 + "a"')
    assert (outcome.code, outcome.out) == (1, "")
    assert "T2002" in outcome.err
    assert "position 3" in outcome.err
    assert "'+'" in outcome.err
    [line] = pawl("eval", '1 + "a"', "--output", "json").json_lines
    assert line["error"]["code"] == "T2002"
    assert line["error"]["position"] == 3
    assert line["error"]["token"] == "+"
    assert line["error"]["message"]


def test_the_operators_of_jsonata_2_1_are_asked_for(pawl: Pawl) -> None:
    assert pawl("eval", "a ?? 1", "--input", "{}").code == 1
    assert pawl("eval", "a ?? 1", "--input", "{}", "--jsonata-2.1").out == "1\n"
    [answer] = batch(pawl, jsonata("a ?? 1", input={}), flags=("--jsonata-2.1",))
    assert answer == {"result": 1}


def test_jsonpath_is_evaluated_too(pawl: Pawl) -> None:
    path = ("eval", "--language", "jsonpath", "--input", ORDER)
    assert pawl(*path, "$.items[*].price").out == "[\n  3,\n  4\n]\n"
    missing = pawl(*path, "$.total")
    assert missing.code == 1
    assert "States.Runtime" in missing.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["1", "--batch"],
        ["--batch", "--input", "1"],
        ["1", "--input", "{a}"],
        ["1", "--input", "@/nowhere.json"],
        ["1", "--language", "jmespath"],
        ["1", "--variable", "a"],
        ["1", "--variable", "a={"],
        ["1", "--variable", "=1"],
    ],
)
def test_wrong_usage_exits_with_2(pawl: Pawl, arguments: list[str]) -> None:
    outcome = pawl("eval", *arguments)
    assert outcome.code == 2, outcome.err
    assert outcome.out == ""
    assert outcome.err != ""


def test_a_batch_answers_each_line(pawl: Pawl) -> None:
    answers = batch(
        pawl,
        jsonata("1 + 1"),
        jsonata("a.b", input={"a": {"b": None}}),
        jsonata("a", input={}),
        jsonata("$x & $y", variables={"x": "a", "y": "b"}),
        jsonpath("$.a", input={"a": [1]}),
        jsonpath("$v[0]", variables={"v": [7]}),
        jsonpath("States.Array(1, $.a)", input={"a": 2}),
    )
    assert answers == [
        {"result": 2},
        {"result": None},
        {"undefined": True},
        {"result": "ab"},
        {"result": [1]},
        {"result": 7},
        {"result": [1, 2]},
    ]


def test_an_absent_input_is_none_and_null_is_a_value(pawl: Pawl) -> None:
    answers = batch(pawl, jsonata("$"), jsonata("$", input=None), jsonpath("$"))
    assert answers[:2] == [{"undefined": True}, {"result": None}]
    assert answers[2]["error"]["code"] == "States.Runtime"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (jsonata("1 +"), "S0207"),
        (jsonata("$notthere()"), "T1006"),
        (jsonata('$error("no")'), "D3137"),
        (jsonata("function($x) { $x }"), "States.QueryEvaluationError"),
        (jsonata("($f := function($n) { 1 + $f($n) }; $f(1))"), "U1001"),
        (jsonpath("$.a.b", input={"a": {}}), "States.Runtime"),
        (jsonpath("$.a[", input={}), "States.Runtime"),
        (jsonpath("$$.Execution", input={}), "States.Runtime"),
        (jsonpath("$nobody"), "States.Runtime"),
        (jsonpath("States.Format(1)", input={}), "States.IntrinsicFailure"),
    ],
)
def test_a_batch_tells_errors_by_their_codes(pawl: Pawl, line: dict[str, Any], code: str) -> None:
    [answer] = batch(pawl, line)
    assert list(answer) == ["error"]
    assert answer["error"]["code"] == code
    assert answer["error"]["message"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        jsonata("1") | {"language": "jmespath"},
        {"expression": "1"},
        {"language": "jsonata"},
        {"language": "jsonata", "expression": 1},
        jsonata("1", variables=[]),
        jsonata("1", inptu=1),
        "[" * 100_000,
        '{"language": "jsonata", "expression": "\\ud800"}',
    ],
)
def test_a_bad_line_is_answered_and_the_batch_goes_on(pawl: Pawl, line: Any) -> None:
    bad, good = batch(pawl, line, jsonata("2"))
    assert bad["error"]["code"] == "INVALID_REQUEST"
    assert bad["error"]["message"]
    assert good == {"result": 2}


def test_a_last_line_without_an_end_is_answered(pawl: Pawl) -> None:
    outcome = pawl("eval", "--batch", stdin=json.dumps(jsonata("3")))
    assert outcome.json_lines == [{"result": 3}]


def test_control_characters_do_not_reach_the_terminal(pawl: Pawl) -> None:
    for arguments in (['"\x1b[2J"'], ["\x1b"], ['$error("\x9b")'], ["a", "--variable", "\x1b=("]):
        outcome = pawl("eval", *arguments)
        assert not [c for c in outcome.out + outcome.err if c in "\x1b\x9b"]
