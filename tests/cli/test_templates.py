"""`pawl deploy` of templates, `pawl function` and `pawl invoke`, against a real server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Pawl, end, ready_address, until

TEMPLATES = Path(__file__).parent / "templates"
ORDERS = str(TEMPLATES / "orders" / "template.yaml")
ETL = str(TEMPLATES / "etl" / "template.yaml")
CDK = str(TEMPLATES / "cdk" / "Greeting.template.json")
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:"
STATES = "arn:aws:states:us-east-1:123456789012:"


@pytest.fixture(name="fresh")
def fixture_fresh() -> Iterator[Pawl]:
    """The program beside a server that holds nothing."""
    process = Pawl().start(
        "server", "--in-memory", "--grpc-address", "127.0.0.1:0", "--log-level", "error"
    )
    try:
        yield Pawl(ready_address(process))
    finally:
        end(process)


def results(lines: list[Any]) -> dict[str, str]:
    """What happened to each logical id."""
    return {line["logical_id"]: line["result"] for line in lines if "result" in line}


def left_out(lines: list[Any]) -> list[str]:
    return [line["left_out"] for line in lines if "left_out" in line]


def definition(pawl: Pawl, name: str) -> str:
    return str(pawl.json("describe", name)[0]["definition"])


def test_orders_is_deployed_with_its_functions_first(fresh: Pawl) -> None:
    lines = fresh.json("deploy", ORDERS)
    assert results(lines) == {
        "ChargeFunction": "created",
        "StockFunction": "created",
        "OrderStateMachine": "created",
    }
    assert [line.get("kind") for line in lines[:3]] == ["function", "function", "state machine"]
    assert left_out(lines) == [
        "ChargeFunction.Policies",
        "ChargeFunction.Events.Nightly",
        "OrderStateMachine.Policies",
        "OrdersTable",
    ]
    charge = fresh.json("function", "describe", "charge-test")[0]
    assert charge["handler"] == "app.handler"
    assert charge["timeout_seconds"] == 5
    assert charge["environment"] == {"STAGE": "test", "TABLE": "OrdersTable"}
    machine = definition(fresh, "order-test")
    assert f'"Resource": "{LAMBDA}charge-test"' in machine
    assert '"FunctionName": "stock-test"' in machine
    assert '"MaxAttempts": 3' in machine


def test_deploying_again_changes_nothing(fresh: Pawl) -> None:
    fresh.json("deploy", ORDERS)
    assert set(results(fresh.json("deploy", ORDERS)).values()) == {"unchanged"}
    plan = fresh.json("deploy", ORDERS, "--dry-run")
    assert {line["plan"] for line in plan if "plan" in line} == {"leave as it is"}


def test_what_has_changed_is_updated(fresh: Pawl, tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES / "orders", tmp_path / "orders")
    template = str(tmp_path / "orders" / "template.yaml")
    fresh.json("deploy", template)
    source = tmp_path / "orders" / "functions" / "stock" / "app.py"
    source.write_text(source.read_text() + "# changed\n")
    assert results(fresh.json("deploy", template)) == {
        "ChargeFunction": "unchanged",
        "StockFunction": "updated",
        "OrderStateMachine": "unchanged",
    }


def test_parameters_choose_names_and_conditions(fresh: Pawl) -> None:
    lines = fresh.json("deploy", ORDERS, "--parameter", "Stage=prod")
    assert "OrdersQueue" in left_out(lines)
    charge = fresh.json("function", "describe", "charge-prod")[0]
    assert charge["timeout_seconds"] == 30
    assert charge["environment"]["QUEUE"] == (
        "https://sqs.us-east-1.amazonaws.com/123456789012/OrdersQueue"
    )


def test_etl_publishes_before_it_refers_to_versions(fresh: Pawl) -> None:
    lines = fresh.json("deploy", ETL, "--stack-name", "data")
    order = list(results(lines))
    assert order.index("Batch") < order.index("Pipeline")
    assert order.index("Extract.Alias") < order.index("Pipeline")
    assert results(lines)["Extract.Version"] == "published"
    extract = fresh.json("function", "describe", "data-Extract:live")[0]
    assert extract["version"] == "1"
    assert extract["memory_mb"] == 256
    transform = fresh.json("function", "describe", "data-Transform")[0]
    assert transform["environment"] == {"BUCKET": "data-Lake", "FACTOR": "10"}
    assert transform["memory_mb"] == 512
    pipeline = definition(fresh, "data-Pipeline")
    assert f"Resource: {LAMBDA}data-Extract:live" in pipeline
    assert f"StateMachineArn: {STATES}stateMachine:data-Batch" in pipeline
    assert f"Resource: {STATES}activity:data-approval" in pipeline
    assert fresh.json("alias", "list", "data-Batch")[0]["name"] == "live"
    assert fresh.json("activity", "list")[0]["name"] == "data-approval"


def test_what_cdk_writes_is_deployed(fresh: Pawl) -> None:
    lines = fresh.json("deploy", CDK)
    assert results(lines) == {"Greet7D3B2E5F": "created", "Machine1A2B3C4D": "created"}
    assert left_out(lines) == ["GreetServiceRole2F1D8A1C", "CDKMetadata"]
    machine = json.loads(definition(fresh, "greeting"))
    parameters = machine["States"]["Greet"]["Parameters"]
    assert parameters["FunctionName"] == LAMBDA + "Greet7D3B2E5F"


def test_a_plan_changes_nothing(fresh: Pawl) -> None:
    outcome = fresh("deploy", ORDERS, "--dry-run")
    assert outcome.code == 0, outcome.err
    assert [line.split()[-1] for line in outcome.out.splitlines()] == ["create"] * 3
    assert "left out: OrdersTable (AWS::DynamoDB::Table)" in outcome.err
    assert fresh.json("function", "list") == []


def test_a_plan_needs_no_server(pawl: Pawl) -> None:
    outcome = pawl("deploy", ORDERS, "--dry-run", "--address", "127.0.0.1:1")
    assert outcome.code == 0, outcome.err
    assert "what exists already is not known" in outcome.err


def test_strict_refuses_what_would_be_left_out(server: Pawl) -> None:
    outcome = server("deploy", ORDERS, "--strict")
    assert outcome.code == 1
    assert "what is left out, are errors" in outcome.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("    Properties: {Name: !Ref Nothing}", "2:62: error: the template has no parameter"),
        ("    Properties: {Name: !Rfe A}", "'Fn::Rfe' is no function that can stand here"),
        ("    Properties: {Name: !Ref A}", "CIRCULAR_DEPENDENCY"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    server: Pawl, tmp_path: Path, text: str, message: str
) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources:\n  A: {Type: AWS::StepFunctions::Activity, " + text.strip() + "}\n"
    )
    outcome = server("deploy", str(template))
    assert outcome.code == 1
    assert message in outcome.err
    assert "was not deployed: mend the errors above first" in outcome.err


def test_nothing_is_deployed_where_a_definition_is_wrong(fresh: Pawl, tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES / "orders", tmp_path / "orders")
    machine = tmp_path / "orders" / "statemachine" / "order.asl.json"
    machine.write_text(machine.read_text().replace('"StartAt": "Charge"', '"StartAt": "Chrge"'))
    outcome = fresh("deploy", str(tmp_path / "orders" / "template.yaml"))
    assert outcome.code == 1
    assert "order.asl.json:3:14: error:" in outcome.err
    assert fresh.json("function", "list") == []


def test_a_file_that_is_not_there_is_wrong_usage(server: Pawl, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    shutil.copy(ORDERS, template)
    outcome = server("deploy", str(template))
    assert outcome.code == 2
    assert "ChargeFunction: cannot read" in outcome.err


def test_options_are_for_templates_or_for_definitions(server: Pawl, tmp_path: Path) -> None:
    assert server("deploy", ORDERS, "--name", "x").code == 2
    assert server("deploy", ORDERS, "--parameter", "x").code == 2
    machine = tmp_path / "machine.json"
    machine.write_text('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}')
    assert server("deploy", str(machine), "--dry-run").code == 2
    assert server("deploy", str(machine)).code == 0


def test_a_function_is_deployed_described_listed_and_deleted(fresh: Pawl) -> None:
    code = str(TEMPLATES / "orders" / "functions" / "stock")
    missing = fresh("function", "deploy", "stock", "--code", code)
    assert (missing.code, "--handler is required" in missing.err) == (2, True)
    deploy = ("function", "deploy", "stock", "--code", code, "--handler", "app.handler")
    assert fresh(*deploy).out == "stock  created\n"
    assert fresh(*deploy).out == "stock  unchanged\n"
    change = ("--timeout", "30", "--env", "TABLE=a", "--concurrency", "2", "--publish")
    assert fresh("function", "deploy", "stock", *change).out == "stock  updated  version 1\n"
    stock = fresh.json("function", "describe", "stock")[0]
    assert stock["handler"] == "app.handler"
    assert stock["timeout_seconds"] == 30
    assert stock["reserved_concurrency"] == 2
    assert fresh("function", "describe", "stock:1").code == 0
    assert [entry["name"] for entry in fresh.json("function", "list")] == ["stock"]
    assert fresh("function", "delete", "stock").out == "stock: deleted\n"
    gone = fresh("function", "describe", "stock")
    assert gone.code == 3
    assert "'pawl function list' shows the functions" in gone.err


def test_functions_are_invoked(examples: Pawl) -> None:
    until(
        lambda: {"name": "greet", "announced": True} in examples.json("function", "list"),
        "the worker announces its functions",
    )
    assert examples("invoke", "greet", "--payload", "{").code == 2
    answer = examples("invoke", "greet", "--payload", '{"name": "Ada"}')
    assert answer.code == 0, answer.err
    assert "Ada" in answer.out


@pytest.fixture(name="working")
def fixture_working(fresh: Pawl, tmp_path: Path) -> Iterator[Pawl]:
    """The program beside an empty server and a worker that has no functions of its own."""
    cache = str(tmp_path / "code")
    worker = fresh.start("worker", "--code-cache", cache)
    try:
        yield fresh
    finally:
        end(worker)


def run(pawl: Pawl, machine: str, event: dict[str, Any]) -> Any:
    """The output of an execution that succeeds."""
    outcome = pawl("run", machine, "--input", json.dumps(event), "--output", "json")
    assert outcome.code == 0, outcome.err + outcome.out
    return outcome.json_lines[-1]["output"]


def test_orders_runs(working: Pawl) -> None:
    working.json("deploy", ORDERS)
    assert run(working, "order-test", {"item": "book"}) == {
        "item": "book",
        "price": 400,
        "stage": "test",
        "taken": True,
    }


def test_what_cdk_writes_runs(working: Pawl) -> None:
    working.json("deploy", CDK)
    assert run(working, "greeting", {"name": "Ada"}) == "hello Ada"


def test_etl_runs_with_its_activity(working: Pawl) -> None:
    working.json("deploy", ETL)
    assert run(working, "Pipeline", {"count": 3}) == [0, 10, 20]
    working("start", "Pipeline", "--input", '{"count": 2, "approve": true}', "--name", "asked")
    task = json.loads(working("activity", "take", "pawl-approval").out)
    assert task["input"]["approve"] is True
    assert working("task", "succeed", task["token"], "--result", "{}").code == 0
    outcome = working("watch", "Pipeline", "asked")
    assert outcome.code == 0, outcome.err


def test_a_deployed_function_is_invoked(working: Pawl) -> None:
    code = str(TEMPLATES / "cdk" / "asset.0a1b2c")
    working.json("function", "deploy", "greet", "--code", code, "--handler", "index.handler")
    assert working("invoke", "greet", "--payload", '{"name": "Ada"}').out == '"hello Ada"\n'
    failed = working("invoke", "greet", "--log", "--output", "json")
    assert failed.code == 1
    assert failed.json_lines[0]["error"] == "KeyError"


def test_a_broken_template_is_told_with_its_line(server: Pawl, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Resources:\n  A:\n    Type: [\n")
    outcome = server("deploy", str(template), "--dry-run")
    assert outcome.code == 2
    assert "template.yaml:4" in outcome.err
    assert "is no template" in outcome.err
