"""What the program says without a server: usage, validation, unreachable servers."""

import subprocess

import pytest
from conftest import EXAMPLES, PROGRAM, Pawl

COMMANDS = [
    "activity",
    "activity take",
    "alias",
    "deploy",
    "describe",
    "dev",
    "eval",
    "function",
    "function deploy",
    "history",
    "invoke",
    "list",
    "map-runs",
    "publish",
    "run",
    "server",
    "start",
    "stop",
    "tag",
    "task",
    "test-state",
    "unpublish",
    "validate",
    "version",
    "versions",
    "watch",
    "worker",
]
NOBODY = "127.0.0.1:1"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(pawl: Pawl, command: str) -> None:
    outcome = pawl(*command.split(), "--help")
    assert outcome.code == 0
    assert f"pawl {command}" in outcome.out.partition("Examples:")[2]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["run"],
        ["run", "hello", "--output", "xml"],
        ["run", "hello", "--address", "nowhere"],
        ["list", "--address", "127.0.0.1:65536"],
        ["list", "--address", "127.0.0.1:-47936"],
        ["list", "--address", "127.0.0.1:0"],
        ["start", "hello", "--name", "n\udcff"],
        ["eval", '"\udcff"', "--output", "json"],
        ["tag", "set", "hello", "a=\udcff"],
        ["function", "deploy", "a", "--code", "/", "--handler", "a.b", "--timeout", "0"],
        ["server", "--in-memory", "--aws-account", "12"],
        ["run", "hello", "--timeout", "soon"],
        ["run", "hello", "--input", "{a}"],
        ["run", "hello", "--input", "@/nowhere.json"],
        ["run", "/nowhere.asl.json"],
        ["describe", "arn:aws:states:us-east-1:1:execution:short"],
        ["history", "hello"],
        ["list", "--status", "FAILED"],
        ["list", "hello", "--status", "BROKEN"],
        ["list", "hello", "--since", "yesterday"],
        ["deploy", "a.json", "b.json", "--name", "c"],
        ["function", "deploy", "a", "--code", "/nowhere", "--handler", "a.b"],
        ["invoke", "a", "--payload", "{a}"],
        ["dev", "/nowhere"],
        ["validate", "/nowhere.asl.json"],
        ["test-state", "/nowhere.asl.json"],
        ["history", "hello", "x", "--limit", "-1"],
        ["list", "hello", "--map-run", "arn"],
        ["list", "--all", "--map-run", "arn"],
        ["map-runs", "hello"],
        ["activity"],
        ["activity", "fly"],
        ["activity", "take", "approve", "--wait", "soon"],
        ["publish"],
        ["unpublish", "hello", "0"],
        ["alias"],
        ["alias", "create", "hello", "PROD"],
        ["tag", "set", "hello", "x"],
        ["task"],
        ["task", "succeed"],
        ["task", "succeed", "token", "--result", "{a}"],
    ],
)
def test_wrong_usage_exits_with_2_and_says_why_on_stderr(pawl: Pawl, arguments: list[str]) -> None:
    outcome = pawl(*arguments)
    assert outcome.code == 2, outcome.err
    assert outcome.out == ""
    assert outcome.err != ""


def test_a_number_below_its_least_is_told_shortly(pawl: Pawl) -> None:
    assert "--limit: '-1' is less than 0;" in pawl("list", "--limit", "-1").err


@pytest.mark.parametrize("stream", ["1", "2"])
@pytest.mark.parametrize("target", [">/dev/full", ">&-"])
def test_what_cannot_be_written_is_lost_and_no_more(pawl: Pawl, stream: str, target: str) -> None:
    for words, code in [("eval 1", 0), ("list --address 127.0.0.1:1", 4), ("stop hello", 2)]:
        command = f"exec {PROGRAM} {words} {stream}{target}"
        lost = stream == "1" and code == 0
        assert subprocess.run(["sh", "-c", command], check=False).returncode == (
            1 if lost else code
        )


def test_an_unknown_command_is_named(pawl: Pawl) -> None:
    assert "pawl: 'fly' is no command; 'pawl --help'" in pawl("fly").err
    fly = pawl("activity", "fly")
    assert "pawl activity: 'fly' is no command; 'pawl activity --help'" in fly.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["start", "hello"],
        ["run", "hello"],
        ["describe", "hello"],
        ["history", "hello", "x"],
        ["watch", "hello", "x"],
        ["stop", "hello", "x"],
        ["map-runs", "hello", "x"],
        ["publish", "hello"],
        ["unpublish", "hello", "1"],
        ["versions", "hello"],
        ["alias", "list", "hello"],
        ["alias", "create", "hello", "PROD", "--route", "1"],
        ["tag", "list", "hello"],
        ["activity", "list"],
        ["activity", "take", "approve"],
        ["task", "heartbeat", "token"],
        ["deploy", str(EXAMPLES / "hello.asl.json")],
    ],
)
def test_without_a_server_it_exits_with_4_and_says_how_to_start_one(
    pawl: Pawl, arguments: list[str]
) -> None:
    outcome = pawl(*arguments, "--address", NOBODY)
    assert outcome.code == 4, outcome.err
    assert NOBODY in outcome.err
    assert "pawl server" in outcome.err


def test_the_version_is_printed_for_people_and_programs(pawl: Pawl) -> None:
    version = pawl.json("version")[0]["version"]
    assert pawl("version").out == f"pawl {version}\n"


def test_a_valid_definition_is_one_line_of_json(pawl: Pawl) -> None:
    path = str(EXAMPLES / "hello.asl.json")
    assert pawl.json("validate", path) == [{"file": path, "valid": True, "diagnostics": []}]


def test_every_problem_of_a_definition_has_a_place(pawl: Pawl) -> None:
    broken = '{\n  "StartAt": "A",\n  "States": {"A": {"Type": "Pass", "Next": "B"}}\n}'
    outcome = pawl("validate", "-", "--output", "json", stdin=broken)
    assert outcome.code == 1
    [line] = outcome.json_lines
    assert line["file"] == "-"
    assert line["valid"] is False
    target = [d for d in line["diagnostics"] if d["code"] == "MISSING_TRANSITION_TARGET"]
    assert [(d["pointer"], d["line"], d["severity"]) for d in target] == [
        ("/States/A/Next", 3, "error")
    ]
    assert all(
        set(d) == {"code", "severity", "pointer", "line", "column", "message"}
        for d in line["diagnostics"]
    )


def test_one_wrong_definition_among_several_fails_and_the_others_are_told(
    pawl: Pawl, tmp_path
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("StartAt: [")
    good = str(EXAMPLES / "map.asl.yaml")
    outcome = pawl("validate", str(broken), good, "--output", "json")
    assert outcome.code == 1
    assert [line["valid"] for line in outcome.json_lines] == [False, True]


def test_a_definition_for_people_names_file_line_and_column(pawl: Pawl, tmp_path) -> None:
    broken = tmp_path / "broken.asl.json"
    broken.write_text('{"StartAt": "A",\n "States": 5}')
    outcome = pawl("validate", str(broken))
    assert outcome.code == 1
    assert f"{broken}:2:" in outcome.out


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 1_000_000,
        "\x00",
        '{"StartAt": "\\ud800"}',
        "a: &a [*a]",
        "x" * (2 * 1024 * 1024),
    ],
    ids=["empty", "cut", "deep", "zero", "surrogate", "alias", "large"],
)
def test_what_is_no_definition_gets_a_diagnostic(pawl: Pawl, text: str) -> None:
    outcome = pawl("validate", "-", "--output", "json", stdin=text)
    assert outcome.code == 1
    [line] = outcome.json_lines
    assert line["valid"] is False
    assert line["diagnostics"]


def test_a_file_that_cannot_be_read_has_its_line_too(pawl: Pawl) -> None:
    good = str(EXAMPLES / "map.asl.yaml")
    outcome = pawl("validate", "/nowhere.asl.json", good, "--output", "json")
    assert outcome.code == 2
    first, second = outcome.json_lines
    assert [d["code"] for d in first["diagnostics"]] == ["FILE_NOT_READABLE"]
    assert second["valid"] is True


def test_control_characters_of_a_definition_do_not_reach_the_terminal(pawl: Pawl, tmp_path) -> None:
    broken = tmp_path / "e\x1b[31m.asl.json"
    broken.write_text('{"StartAt": "\\u001b[2J", "States": {"\\u009b": {"Type": "Fail"}}}')
    outcome = pawl("validate", str(broken))
    assert outcome.code == 1
    assert not [c for c in outcome.out + outcome.err if c in "\x1b\x9b"]
