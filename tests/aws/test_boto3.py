"""boto3 works unchanged against `pawl server`."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from conftest import PASS, ROLE, until_closed
from serving import Served

Machine = Callable[..., str]
WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": True}}}


def activity_task(arn: str) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": arn, "End": True}}}


def test_an_execution_runs_and_tells_its_history(sfn: Any, machine: Machine) -> None:
    before = datetime.now(timezone.utc)
    started = sfn.start_execution(stateMachineArn=machine(), name="x", input='{"a": 1}')
    assert started["ResponseMetadata"]["RequestId"]
    ended = until_closed(sfn, started["executionArn"])
    assert (ended["status"], json.loads(ended["output"])) == ("SUCCEEDED", {"a": 1})
    assert abs((ended["startDate"] - before).total_seconds()) < 60
    pages = sfn.get_paginator("get_execution_history").paginate(
        executionArn=started["executionArn"], PaginationConfig={"PageSize": 1}
    )
    events = [event for page in pages for event in page["events"]]
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]
    assert events[0]["executionStartedEventDetails"]["roleArn"] == ROLE


def test_a_function_runs_on_a_worker(sfn: Any, machine: Machine, served: Served) -> None:
    (served.functions / "twice.py").write_text("def handler(event, _):\n    return 2 * event\n")
    arn = machine(
        {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "twice", "End": True}}}
    )
    started = sfn.start_execution(stateMachineArn=arn, input="21")
    assert until_closed(sfn, started["executionArn"])["output"] == "42"


def test_a_function_knows_its_arn(sfn: Any, machine: Machine, served: Served) -> None:
    source = "def handler(_, context):\n    return context.invoked_function_arn\n"
    (served.functions / "whoami.py").write_text(source)
    states = {"A": {"Type": "Task", "Resource": "whoami", "End": True}}
    started = sfn.start_execution(stateMachineArn=machine({"StartAt": "A", "States": states}))
    arn = served.arn("function:whoami").replace(":states:", ":lambda:")
    assert json.loads(until_closed(sfn, started["executionArn"])["output"]) == arn


def test_a_stopped_execution_is_aborted(sfn: Any, machine: Machine) -> None:
    arn = sfn.start_execution(stateMachineArn=machine(WAIT))["executionArn"]
    assert sfn.stop_execution(executionArn=arn, error="E", cause="C")["stopDate"]
    ended = until_closed(sfn, arn)
    assert (ended["status"], ended["error"], ended["cause"]) == ("ABORTED", "E", "C")


def test_errors_are_boto3s_classes(sfn: Any, machine: Machine) -> None:
    exceptions = sfn.exceptions
    with pytest.raises(exceptions.InvalidDefinition):
        machine("{}")
    with pytest.raises(exceptions.InvalidName):
        sfn.create_state_machine(name="a b", definition=PASS, roleArn=ROLE)
    with pytest.raises(exceptions.InvalidArn):
        sfn.describe_execution(executionArn="x")
    arn = machine()
    with pytest.raises(exceptions.StateMachineDoesNotExist):
        sfn.start_execution(stateMachineArn=arn + "-not")
    with pytest.raises(exceptions.InvalidExecutionInput):
        sfn.start_execution(stateMachineArn=arn, input="{")
    sfn.start_execution(stateMachineArn=arn, name="x", input="1")
    with pytest.raises(exceptions.ExecutionAlreadyExists):
        sfn.start_execution(stateMachineArn=arn, name="x", input="2")
    with pytest.raises(exceptions.InvalidToken):
        sfn.list_executions(stateMachineArn=arn, nextToken="nonsense")
    with pytest.raises(exceptions.InvalidToken):
        sfn.send_task_success(taskToken="nonsense", output="{}")
    with pytest.raises(exceptions.ExecutionDoesNotExist):
        sfn.stop_execution(executionArn=arn.replace("stateMachine", "execution") + ":none")
    with pytest.raises(exceptions.StateMachineTypeNotSupported):
        sfn.start_sync_execution(stateMachineArn=arn)
    with pytest.raises(exceptions.ActivityDoesNotExist):
        sfn.describe_activity(activityArn=arn.replace("stateMachine", "activity"))
    with pytest.raises(exceptions.ClientError, match="ValidationException"):
        sfn.list_executions(stateMachineArn=arn, maxResults=1001)
    with pytest.raises(exceptions.ResourceNotFound):
        sfn.list_tags_for_resource(resourceArn=arn + "-not")


def test_lists_come_in_pages(sfn: Any, machine: Machine) -> None:
    arn = machine()
    names = [f"e{i}" for i in range(7)]
    for name in names:
        started = sfn.start_execution(stateMachineArn=arn, name=name)
        until_closed(sfn, started["executionArn"])
    pages = sfn.get_paginator("list_executions").paginate(
        stateMachineArn=arn, statusFilter="SUCCEEDED", PaginationConfig={"PageSize": 3}
    )
    sizes = [len(page["executions"]) for page in pages]
    assert sizes == [3, 3, 1]
    machines = sfn.get_paginator("list_state_machines").paginate()
    assert arn in [m["stateMachineArn"] for page in machines for m in page["stateMachines"]]


def test_an_activitys_worker_waits_for_its_task(sfn: Any, machine: Machine) -> None:
    activity = sfn.create_activity(name=f"ask-{uuid.uuid4()}")["activityArn"]
    taken: dict[str, Any] = {}
    poll = threading.Thread(
        target=lambda: taken.update(sfn.get_activity_task(activityArn=activity, workerName="w"))
    )
    poll.start()
    arn = sfn.start_execution(stateMachineArn=machine(activity_task(activity)), input='"q"')[
        "executionArn"
    ]
    poll.join(30)
    assert taken["input"] == '"q"'
    sfn.send_task_heartbeat(taskToken=taken["taskToken"])
    sfn.send_task_failure(taskToken=taken["taskToken"], error="No", cause="because")
    ended = until_closed(sfn, arn)
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "No", "because")
    with pytest.raises(sfn.exceptions.TaskTimedOut):
        sfn.send_task_success(taskToken=taken["taskToken"], output="1")
    sfn.delete_activity(activityArn=activity)


def test_an_express_execution_is_waited_for(sfn: Any, machine: Machine) -> None:
    arn = machine(type="EXPRESS")
    ended = sfn.start_sync_execution(stateMachineArn=arn, input="[1]")
    assert (ended["status"], ended["output"]) == ("SUCCEEDED", "[1]")
    assert ended["billingDetails"]["billedMemoryUsedInMB"] == 64


def test_tags_stay_with_what_they_are_given_to(sfn: Any, machine: Machine) -> None:
    arn = machine(tags=[{"key": "team", "value": "a"}])
    sfn.tag_resource(resourceArn=arn, tags=[{"key": "cost", "value": "b"}])
    sfn.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert sfn.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "cost", "value": "b"}]


def test_a_map_run_counts_its_items(sfn: Any, machine: Machine) -> None:
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    arn = machine(
        {
            "StartAt": "M",
            "States": {
                "M": {
                    "Type": "Map",
                    "Label": "each",
                    "ItemProcessor": {**processor, **json.loads(PASS)},
                    "End": True,
                }
            },
        }
    )
    execution = sfn.start_execution(stateMachineArn=arn, input="[1, 2, 3]")["executionArn"]
    assert until_closed(sfn, execution)["output"] == "[1,2,3]"
    runs = sfn.list_map_runs(executionArn=execution)["mapRuns"]
    assert len(runs) == 1
    run = sfn.describe_map_run(mapRunArn=runs[0]["mapRunArn"])
    assert (run["status"], run["itemCounts"]["succeeded"]) == ("SUCCEEDED", 3)


def test_versions_and_aliases_route_starts(newer: Any, machine: Machine) -> None:
    arn = machine()
    one = newer.publish_state_machine_version(stateMachineArn=arn, description="one")
    updated = newer.update_state_machine(
        stateMachineArn=arn, definition=json.dumps(WAIT), publish=True
    )
    assert updated["stateMachineVersionArn"].endswith(":2")
    alias = newer.create_state_machine_alias(
        name="live",
        routingConfiguration=[
            {"stateMachineVersionArn": one["stateMachineVersionArn"], "weight": 100}
        ],
    )["stateMachineAliasArn"]
    execution = newer.start_execution(stateMachineArn=alias)["executionArn"]
    ended = until_closed(newer, execution)
    assert ended["stateMachineVersionArn"] == one["stateMachineVersionArn"]
    assert ended["stateMachineAliasArn"] == alias
    listed = newer.list_executions(stateMachineArn=alias)["executions"]
    assert [entry["executionArn"] for entry in listed] == [execution]
    with pytest.raises(newer.exceptions.ConflictException):
        newer.delete_state_machine_version(stateMachineVersionArn=one["stateMachineVersionArn"])
    newer.delete_state_machine_alias(stateMachineAliasArn=alias)
    newer.delete_state_machine_version(stateMachineVersionArn=one["stateMachineVersionArn"])
    with pytest.raises(newer.exceptions.StateMachineDoesNotExist):
        newer.describe_state_machine(stateMachineArn=one["stateMachineVersionArn"])


def test_a_failed_execution_is_redriven(newer: Any, machine: Machine) -> None:
    arn = machine({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}})
    execution = newer.start_execution(stateMachineArn=arn)["executionArn"]
    assert until_closed(newer, execution)["redriveStatus"] == "REDRIVABLE"
    assert newer.redrive_execution(executionArn=execution)["redriveDate"]
    assert until_closed(newer, execution)["redriveCount"] == 1
    listed = newer.list_executions(stateMachineArn=arn, redriveFilter="REDRIVEN")["executions"]
    assert [entry["executionArn"] for entry in listed] == [execution]
    done = newer.start_execution(stateMachineArn=machine())["executionArn"]
    until_closed(newer, done)
    with pytest.raises(newer.exceptions.ExecutionNotRedrivable):
        newer.redrive_execution(executionArn=done)


def test_a_state_is_tested_and_a_definition_validated(newer: Any) -> None:
    tested = newer.test_state(
        definition=json.dumps({"Type": "Pass", "Result": 1, "End": True}), inspectionLevel="DEBUG"
    )
    assert (tested["status"], tested["output"]) == ("SUCCEEDED", "1")
    assert tested["inspectionData"]["input"] == "{}"
    validated = newer.validate_state_machine_definition(definition="{}")
    assert validated["result"] == "FAIL"
    assert validated["diagnostics"]


def test_a_deleted_machine_is_gone(sfn: Any, machine: Machine) -> None:
    arn = machine()
    sfn.delete_state_machine(stateMachineArn=arn)
    with pytest.raises(sfn.exceptions.StateMachineDoesNotExist):
        sfn.describe_state_machine(stateMachineArn=arn)
