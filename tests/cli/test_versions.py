"""Versions and aliases on the command line."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Pawl

SAYS = "StartAt: P\nStates: {P: {Type: Pass, Result: %d, End: true}}\n"
Deploy = Callable[..., str]


@pytest.fixture(name="deploy")
def fixture_deploy(server: Pawl, tmp_path: Path) -> Deploy:
    """Deploys a state machine of the test's own, whose output is a number."""
    name = "m" + uuid.uuid4().hex[:12]

    def deploy(number: int, *options: str) -> str:
        path = tmp_path / f"{name}.asl.yaml"
        path.write_text(SAYS % number)
        outcome = server("deploy", str(path), *options)
        assert outcome.code == 0, outcome.err
        return name

    return deploy


def test_a_version_is_published_listed_described_and_deleted(server: Pawl, deploy: Deploy) -> None:
    machine = deploy(1)
    [first] = server.json("publish", machine, "--description", "the first")
    assert (first["version"], first["description"]) == (1, "the first")
    assert first["arn"].endswith(f":stateMachine:{machine}:1")
    assert server.json("publish", machine) == [first]
    deploy(2, "--publish")
    assert [one["version"] for one in server.json("versions", machine)] == [2, 1]
    assert "the first" in server("versions", machine).out
    [described] = server.json("describe", f"{machine}:1")
    assert (described["version"], described["version_description"]) == (1, "the first")
    assert "Result: 1" in server("describe", f"{machine}:1", "--definition").out
    assert server.json("unpublish", machine, "1")[0]["deleted"] is True
    assert [one["version"] for one in server.json("versions", machine)] == [2]
    assert server("describe", f"{machine}:1").code == 3


def test_an_alias_leads_starts_to_its_version(server: Pawl, deploy: Deploy) -> None:
    machine = deploy(1, "--publish")
    deploy(2, "--publish")
    [alias] = server.json("alias", "create", machine, "PROD", "--route", "1")
    assert alias["routes"] == [{"version": 1, "weight": 100}]
    ran = server("run", f"{machine}:PROD", "--output", "json")
    assert ran.code == 0, ran.err
    assert ran.json_lines[-1]["output"] == 1
    [listed] = server.json("list", f"{machine}:PROD")
    assert (listed["version"], listed["alias"]) == (1, "PROD")
    [updated] = server.json(
        "alias", "update", machine, "PROD", "--route", "1=0", "--route", "2=100"
    )
    assert updated["routes"] == [{"version": 1, "weight": 0}, {"version": 2, "weight": 100}]
    name = server.json("start", f"{machine}:PROD")[0]["name"]
    [started] = server.json("describe", machine, name)
    assert (started["state_machine"], started["version"]) == (machine, 2)
    assert "PROD" in server("describe", machine, name).out


def test_aliases_are_listed_described_and_deleted(server: Pawl, deploy: Deploy) -> None:
    machine = deploy(1, "--publish")
    for name in ("b", "a"):
        made = server("alias", "create", machine, name, "--route", "1", "--description", "here")
        assert made.code == 0, made.err
    assert [alias["name"] for alias in server.json("alias", "list", machine)] == ["a", "b"]
    assert server.json("alias", "list", machine, "--version", "2") == []
    described = server("alias", "describe", machine, "a").out
    assert "1=100" in described and "here" in described
    refused = server("unpublish", machine, "1")
    assert refused.code == 3
    assert "[a, b]" in refused.err
    assert server.json("alias", "delete", machine, "a")[0]["deleted"] is True
    missing = server("alias", "describe", machine, "a")
    assert missing.code == 3
    assert "pawl alias list" in missing.err


@pytest.mark.parametrize("route", ["x", "1=", "=1", "0=100", "1=2=3", "1=a"])
def test_a_route_that_is_none_is_wrong_usage(server: Pawl, deploy: Deploy, route: str) -> None:
    machine = deploy(1, "--publish")
    refused = server("alias", "create", machine, "PROD", "--route", route)
    assert refused.code == 2
    assert "3=90" in refused.err


def test_weights_that_make_no_hundred_are_refused(server: Pawl, deploy: Deploy) -> None:
    machine = deploy(1, "--publish")
    refused = server("alias", "create", machine, "PROD", "--route", "1=70")
    assert refused.code != 0
    assert "must equal 100" in refused.err


def test_tags_are_set_listed_and_removed(server: Pawl, deploy: Deploy) -> None:
    machine = deploy(1)
    [tag] = server.json("tag", "set", machine, "team=a=b")
    assert tag == {"key": "team", "value": "a=b"}
    assert len(server.json("tag", "set", machine, "cost=", "team=c")) == 2
    assert server.json("tag", "remove", machine, "cost") == [{"key": "team", "value": "c"}]
    assert "team" in server("tag", "list", machine).out
    activity = "a" + uuid.uuid4().hex[:12]
    assert server("tag", "list", activity, "--activity").code == 3
    assert server("activity", "create", activity).code == 0
    assert server.json("tag", "list", activity, "--activity") == []
    assert server("tag", "set", machine, "=x").code == 2
