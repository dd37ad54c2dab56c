"""Versions, aliases and tags, the same on an engine in this process and against a server."""

from __future__ import annotations

from typing import Any, Iterator

import pawl
import pytest
from running import Site, needs_engine, needs_program, site

__all__ = ["site"]


def saying(number: int) -> dict[str, Any]:
    """A state machine whose output tells which revision ran."""
    return {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": number, "End": True}}}


@pytest.fixture(
    params=[pytest.param("engine", marks=needs_engine), pytest.param("client", marks=needs_program)]
)
def workflows(request: pytest.FixtureRequest, site: Site) -> Iterator[Any]:
    """An engine, and one behind a server."""
    if request.param == "engine":
        with pawl.Engine() as made:
            yield made
    else:
        site.server()
        yield site.client()


def test_versions_are_published_listed_and_deleted(workflows: Any) -> None:
    workflows.deploy(saying(1), "m")
    first = workflows.publish("m", "the first")
    assert (first.state_machine, first.version, first.revision) == ("m", 1, 1)
    assert first.description == "the first"
    assert first.arn.endswith(":stateMachine:m:1")
    assert workflows.publish("m") == first
    assert workflows.publish("m", revision_id="INITIAL") == first
    with pytest.raises(pawl.ConflictError):
        workflows.publish("m", "another")
    assert workflows.deploy(saying(2), "m", publish=True, description="two").version == 2
    assert [version.version for version in workflows.versions("m")] == [2, 1]
    workflows.delete_version("m", 1)
    assert [version.description for version in workflows.versions("m")] == ["two"]
    with pytest.raises(pawl.NotFoundError):
        workflows.publish("absent")


def test_a_start_names_a_version_or_an_alias(workflows: Any) -> None:
    workflows.deploy(saying(1), "m", publish=True)
    workflows.deploy(saying(2), "m", publish=True)
    workflows.create_alias("m", "PROD", {1: 100})
    assert workflows.run("m:2", timeout=60) == 2
    execution = workflows.start("m:PROD", name="one")
    assert execution.state_machine == "m"
    assert execution.result(60) == 1
    info = execution.describe()
    assert (info.version, info.alias) == (1, "PROD")
    [many] = workflows.start_many("m:PROD", [None])
    assert many.result(60) == 1
    assert {info.name for info in workflows.list("m:1")} == {"one", many.name}
    assert len([*workflows.list("m:PROD")]) == 2
    assert [info.version for info in workflows.list("m:2")] == [2]
    with pytest.raises(pawl.NotFoundError):
        workflows.start("m:3")


def test_an_alias_is_made_changed_listed_and_deleted(workflows: Any) -> None:
    workflows.deploy(saying(1), "m", publish=True)
    workflows.deploy(saying(2), "m", publish=True)
    made = workflows.create_alias("m", "PROD", {1: 90, 2: 10}, "stable")
    assert made.routes == {1: 90, 2: 10}
    assert workflows.create_alias("m", "PROD", {1: 90, 2: 10}, "stable") == made
    with pytest.raises(pawl.ConflictError):
        workflows.create_alias("m", "PROD", {1: 100})
    with pytest.raises(pawl.ConflictError) as refused:
        workflows.delete_version("m", 1)
    assert refused.value.reason == "Conflict"
    changed = workflows.update_alias("m", "PROD", {2: 100})
    assert (changed.routes, changed.description) == ({2: 100}, "stable")
    assert workflows.describe_alias("m", "PROD") == changed
    assert [alias.name for alias in workflows.aliases("m")] == ["PROD"]
    workflows.delete_alias("m", "PROD")
    assert [*workflows.aliases("m")] == []
    with pytest.raises(pawl.InvalidArgumentError):
        workflows.create_alias("m", "1", {1: 100})


def test_state_machines_and_activities_have_tags(workflows: Any) -> None:
    workflows.deploy(saying(1), "m")
    workflows.create_activity("a")
    workflows.tag({"team": "ö", "cost": ""}, machine="m")
    workflows.tag({"team": "x"}, activity="a")
    workflows.untag(["cost", "absent"], machine="m")
    assert workflows.tags(machine="m") == {"team": "ö"}
    assert workflows.tags(activity="a") == {"team": "x"}
    with pytest.raises(pawl.NotFoundError):
        workflows.tags(machine="absent")
    with pytest.raises(pawl.InvalidArgumentError):
        workflows.tags()
