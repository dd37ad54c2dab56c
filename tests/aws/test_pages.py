"""boto3 reads lists in pages: with each paginator of the model, and by the token where none is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conftest import PASS, until_closed
from resources import Resources, commented, distributed, route

# Each has more than two pages of two.
COUNT = 5


@pytest.fixture(name="resources", scope="module")
def fixture_resources(newer: Any) -> Resources:
    return Resources(newer)


END = {"Type": "Pass", "End": True}

# Each makes what is listed, and gives the arguments of the list and the names that it must have, in
# its order or, where others use the server too, among others.
Listed = tuple[dict[str, Any], list[str]]


def _history(r: Resources) -> Listed:
    execution = r.closed(distributed(PASS), input="[1]")
    events = r.sfn.get_execution_history(executionArn=execution)["events"]
    return {"executionArn": execution}, [str(event["id"]) for event in events]


def _activities(r: Resources) -> Listed:
    return {}, [r.activity() for _ in range(COUNT)]


def _executions(r: Resources) -> Listed:
    machine = r.machine()
    arns = [r.started(machine) for _ in range(COUNT)]
    for arn in arns:
        until_closed(r.sfn, arn)
    return {"stateMachineArn": machine, "statusFilter": "SUCCEEDED"}, arns


def _machines(r: Resources) -> Listed:
    return {}, [r.machine() for _ in range(COUNT)]


def _map_runs(r: Resources) -> Listed:
    states: dict[str, Any] = {}
    for number in range(COUNT):
        processor = {"StartAt": f"P{number}", "States": {f"P{number}": END}}
        each = json.loads(distributed(json.dumps(processor)))["States"]["Each"]
        following: dict[str, Any] = (
            {"End": True} if number == COUNT - 1 else {"Next": f"E{number + 1}"}
        )
        del each["End"]
        states[f"E{number}"] = {**each, "Label": f"each{number}", **following}
    execution = r.closed(json.dumps({"StartAt": "E0", "States": states}), input="[1]")
    runs = r.sfn.list_map_runs(executionArn=execution)["mapRuns"]
    assert len(runs) == COUNT
    return {"executionArn": execution}, [run["mapRunArn"] for run in runs]


def _versions(r: Resources) -> Listed:
    machine = r.machine()
    arns = []
    for number in range(COUNT):
        r.sfn.update_state_machine(stateMachineArn=machine, definition=commented(PASS, str(number)))
        arns.append(r.version(machine))
    return {"stateMachineArn": machine}, arns


def _aliases(r: Resources) -> Listed:
    version = r.version()
    made = [
        r.sfn.create_state_machine_alias(name=f"a{n}", routingConfiguration=route(version))
        for n in range(COUNT)
    ]
    machine = version.rsplit(":", 1)[0]
    return {"stateMachineArn": machine}, [alias["stateMachineAliasArn"] for alias in made]


LISTS: dict[str, tuple[Callable[[Resources], Listed], str, str]] = {
    "get_execution_history": (_history, "events", "id"),
    "list_activities": (_activities, "activities", "activityArn"),
    "list_executions": (_executions, "executions", "executionArn"),
    "list_map_runs": (_map_runs, "mapRuns", "mapRunArn"),
    "list_state_machine_aliases": (_aliases, "stateMachineAliases", "stateMachineAliasArn"),
    "list_state_machine_versions": (_versions, "stateMachineVersions", "stateMachineVersionArn"),
    "list_state_machines": (_machines, "stateMachines", "stateMachineArn"),
}


def pages_by_token(method: Callable[..., Any], arguments: dict[str, Any]) -> Iterator[Any]:
    """What a paginator does."""
    token: dict[str, str] = {}
    while True:
        page = method(maxResults=2, **arguments, **token)
        yield page
        if "nextToken" not in page:
            return
        token = {"nextToken": page["nextToken"]}


def test_the_lists_are_those_of_the_model(newer: Any) -> None:
    model = newer.meta.service_model
    paged = {
        name
        for name, operation in newer.meta.method_to_api_mapping.items()
        if "nextToken" in model.operation_model(operation).output_shape.members
    }
    assert paged == set(LISTS)
    assert not newer.waiter_names


@pytest.mark.parametrize("method", LISTS)
def test_a_list_is_whole_in_pages(resources: Resources, method: str) -> None:
    sfn = resources.sfn
    make, member, key = LISTS[method]
    arguments, wanted = make(resources)
    if sfn.can_paginate(method):
        paginator = sfn.get_paginator(method)
        pages = list(paginator.paginate(**arguments, PaginationConfig={"PageSize": 2}))
    else:
        pages = list(pages_by_token(getattr(sfn, method), arguments))
    assert all(len(page[member]) == 2 for page in pages[:-1])
    found = [str(item[key]) for page in pages for item in page[member]]
    assert len(found) == len(set(found))
    assert set(wanted) <= set(found)
    if arguments:
        assert len(found) == len(wanted)


@pytest.mark.parametrize("method", [name for name in LISTS if "state_machine_" not in name])
def test_a_list_is_gone_on_with_where_it_was_left(resources: Resources, method: str) -> None:
    make, member, key = LISTS[method]
    arguments, _ = make(resources)
    paginator = resources.sfn.get_paginator(method)
    whole = paginator.paginate(**arguments).build_full_result()[member]
    config = {"MaxItems": 3, "PageSize": 2}
    first = paginator.paginate(**arguments, PaginationConfig=config).build_full_result()
    config = {"StartingToken": first["NextToken"], "PageSize": 2}
    rest = paginator.paginate(**arguments, PaginationConfig=config).build_full_result()
    assert [item[key] for item in first[member] + rest[member]] == [item[key] for item in whole]


def test_a_token_is_good_for_one_list_only(resources: Resources) -> None:
    sfn = resources.sfn
    arguments, _ = _executions(resources)
    token = sfn.list_executions(maxResults=2, **arguments)["nextToken"]
    with pytest.raises(sfn.exceptions.InvalidToken):
        sfn.list_state_machines(nextToken=token)
    with pytest.raises(sfn.exceptions.InvalidToken):
        sfn.list_executions(stateMachineArn=resources.machine(), nextToken=token)
    with pytest.raises(sfn.exceptions.InvalidToken):
        sfn.list_executions(stateMachineArn=arguments["stateMachineArn"], nextToken=token)
