"""EMR's actions that name a group of instances, against its API in this process.

Step Functions Developer Guide, "Create and manage Amazon EMR clusters with Step Functions".
"""

from __future__ import annotations

from typing import Any

import pytest
from aws_stub import Refusal, Stub, aws_stub, stub_for_task  # noqa: F401
from pawl.context import Context
from pawl.task_error import TaskError

pytest.importorskip("boto3", reason="boto3 is not installed (python3-boto3)")

from pawl.aws import task  # noqa: E402

FLEETS = [{"Id": "if-1", "Name": "MyCoreFleet"}, {"Id": "if-2", "Name": "MyTaskFleet"}]


@pytest.fixture
def stub(stub_for_task: Stub) -> Stub:  # noqa: F811
    """EMR, where the function looks for it."""
    stub_for_task.scripts.update({"ModifyInstanceFleet": [{}], "ModifyInstanceGroups": [{}]})
    stub_for_task.scripts["ListInstanceFleets"] = [{"InstanceFleets": FLEETS}]
    return stub_for_task


def modify_fleet(**more: Any) -> Any:
    change = {"TargetOnDemandCapacity": 8, "TargetSpotCapacity": 0}
    parameters = {"ClusterId": "j-1", "InstanceFleetName": "MyCoreFleet", "InstanceFleet": change}
    return call("modifyInstanceFleetByName", {**parameters, **more})


def call(action: str, parameters: dict[str, Any]) -> Any:
    event = {"Resource": f"elasticmapreduce:{action}", "Parameters": parameters}
    return task.handler(event, Context("r", "arn", 0))


def failure(**more: Any) -> TaskError:
    with pytest.raises(TaskError) as caught:
        modify_fleet(**more)
    return caught.value


def test_a_fleet_is_found_by_its_name(stub: Stub) -> None:
    answer = modify_fleet()
    assert sorted(answer) == ["SdkHttpMetadata", "SdkResponseMetadata"]
    change = {"InstanceFleetId": "if-1", "TargetOnDemandCapacity": 8, "TargetSpotCapacity": 0}
    assert stub.calls == [
        ("ListInstanceFleets", {"ClusterId": "j-1"}),
        ("ModifyInstanceFleet", {"ClusterId": "j-1", "InstanceFleet": change}),
    ]


def test_a_group_is_found_on_a_later_page(stub: Stub) -> None:
    stub.scripts["ListInstanceGroups"] = [
        {"InstanceGroups": [{"Id": "ig-1", "Name": "MyTaskGroup"}], "Marker": "m"},
        {"InstanceGroups": [{"Id": "ig-2", "Name": "MyCoreGroup"}]},
    ]
    call(
        "modifyInstanceGroupByName",
        {
            "ClusterId": "j-1",
            "InstanceGroupName": "MyCoreGroup",
            "InstanceGroup": {"InstanceCount": 8},
        },
    )
    assert stub.calls[1] == ("ListInstanceGroups", {"ClusterId": "j-1", "Marker": "m"})
    changes = [{"InstanceGroupId": "ig-2", "InstanceCount": 8}]
    assert stub.calls[2] == (
        "ModifyInstanceGroups",
        {"ClusterId": "j-1", "InstanceGroups": changes},
    )


def test_a_name_that_no_fleet_has_fails(stub: Stub) -> None:
    error = failure(InstanceFleetName="MyCoreFleets")
    assert error.name == "ElasticMapReduce.AmazonElasticMapReduceException"
    assert error.cause == (
        'There are 0 InstanceFleets of the cluster j-1 that have the name "MyCoreFleets"; there '
        "must be one (did you mean 'MyCoreFleet'?)"
    )
    assert stub.called("ModifyInstanceFleet") == 0


def test_a_name_that_two_fleets_have_fails(stub: Stub) -> None:
    stub.scripts["ListInstanceFleets"] = [{"InstanceFleets": FLEETS + FLEETS}]
    assert "There are 2 InstanceFleets" in failure().cause


def test_pages_without_end_are_not_read_without_end(stub: Stub) -> None:
    stub.scripts["ListInstanceFleets"] = [{"InstanceFleets": [], "Marker": "m"}]
    assert "There are 0" in failure().cause


def test_emr_fails_in_its_own_words(stub: Stub) -> None:
    stub.scripts["ListInstanceFleets"] = [Refusal(400, "InvalidRequestException", "not valid")]
    error = failure()
    assert error.name == "ElasticMapReduce.InvalidRequestException"
    assert error.cause.startswith("not valid (Service: AmazonElasticMapReduce; Status Code: 400; ")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"InstanceFleetId": "if-1"}, "(did you mean 'InstanceFleet"),
        ({"ClusterId": None}, "'ClusterId' must be a string, found null"),
        ({"InstanceFleet": []}, "'InstanceFleet' must be an object, found an array"),
        ({"InstanceFleet": {"InstanceFleetId": "if-2"}}, "'InstanceFleet.InstanceFleetId' stands"),
        ({"InstanceFleet": {"Target": 1}}, "'InstanceFleet.Target' is not supported"),
    ],
)
def test_a_wrong_parameter_is_named(stub: Stub, more: Any, words: str) -> None:
    error = failure(**more)
    assert error.name == "States.Runtime"
    assert words in error.cause
    assert stub.called("ModifyInstanceFleet") == 0
