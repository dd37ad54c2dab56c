"""The actions of Amazon EMR's integration that name a group of instances in place of its id.

Step Functions Developer Guide, "Create and manage Amazon EMR clusters with Step Functions": AWS
makes each of two calls, one that lists the cluster's groups and one that changes the group.
"""

from __future__ import annotations

from typing import Any, Callable, NamedTuple

from pawl.aws.names import did_you_mean
from pawl.aws.shapes import found, json_text
from pawl.aws.web import check_names, text_of
from pawl.task_error import TaskError, refused

# A cluster has at most 48 task groups beside two others (EMR Management Guide); a page has many.
PAGES_MAX = 50
NOT_FOUND = "ElasticMapReduce.AmazonElasticMapReduceException"

# Calls an operation by its name with parameters, and gives its answer.
Ask = Callable[[str, dict[str, Any]], Any]


class ByName(NamedTuple):
    """How one kind of group is found and changed."""

    # The parameter with the name, and the one with the change.
    name: str
    change: str
    # The operation that lists the groups, and the member of its answer.
    list: str
    listed: str
    # The operation that changes one, its parameter, and whether that is an array.
    modify: str
    argument: str
    takes_array: bool
    # The group's id in the change.
    id: str


ACTIONS: dict[str, ByName] = {
    "modifyInstanceFleetByName": ByName(
        name="InstanceFleetName",
        change="InstanceFleet",
        list="ListInstanceFleets",
        listed="InstanceFleets",
        modify="ModifyInstanceFleet",
        argument="InstanceFleet",
        takes_array=False,
        id="InstanceFleetId",
    ),
    "modifyInstanceGroupByName": ByName(
        name="InstanceGroupName",
        change="InstanceGroup",
        list="ListInstanceGroups",
        listed="InstanceGroups",
        modify="ModifyInstanceGroups",
        argument="InstanceGroups",
        takes_array=True,
        id="InstanceGroupId",
    ),
}


def modify(action: str, parameters: Any, ask: Ask) -> Any:
    """Changes the group that the parameters name and returns what EMR answers.

    Raises TaskError: EMR's own, or that the cluster has no one group of the name.
    """
    by_name = ACTIONS[action]
    names = ("ClusterId", by_name.name, by_name.change)
    given = check_names(parameters, f"elasticmapreduce:{action}", names)
    cluster, name = text_of(given, "ClusterId"), text_of(given, by_name.name)
    change = given.get(by_name.change)
    if not isinstance(change, dict):
        raise refused(f"'{by_name.change}' must be an object, found {found(change)}")
    if by_name.id in change:
        raise refused(f"'{by_name.change}.{by_name.id}' stands for what '{by_name.name}' names")
    changed = {**change, by_name.id: id_of(by_name, cluster, name, ask)}
    argument = [changed] if by_name.takes_array else changed
    return ask(by_name.modify, {"ClusterId": cluster, by_name.argument: argument})


def id_of(by_name: ByName, cluster: str, name: str, ask: Ask) -> str:
    """The id of the cluster's group of this name. Raises TaskError."""
    groups = groups_of(by_name, cluster, ask)
    ids = [group["Id"] for group in groups if group.get("Name") == name]
    if len(ids) == 1:
        return str(ids[0])
    what = f"{by_name.listed} of the cluster {cluster} that have the name {json_text(name)}"
    near = did_you_mean(name, [str(group.get("Name")) for group in groups]) if not ids else ""
    raise TaskError(NOT_FOUND, f"There are {len(ids)} {what}; there must be one{near}")


def groups_of(by_name: ByName, cluster: str, ask: Ask) -> list[dict[str, Any]]:
    """All groups of the cluster, over as many pages as there are."""
    groups: list[dict[str, Any]] = []
    page: dict[str, Any] = {}
    for _ in range(PAGES_MAX):
        marker = {"Marker": page["Marker"]} if page.get("Marker") else {}
        page = ask(by_name.list, {"ClusterId": cluster, **marker})
        groups += page.get(by_name.listed, [])
        if not page.get("Marker"):
            break
    return groups
