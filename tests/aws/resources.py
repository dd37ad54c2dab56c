"""What calls of the API are about, made on demand: state machines, executions, aliases, tokens."""

from __future__ import annotations

import json
import uuid
from functools import cached_property
from typing import Any

from conftest import PASS, ROLE, until_closed
from serving import ACCOUNT, REGION

WAIT = json.dumps({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": True}}})
ALIASES_MAX = 100
VERSIONS_MAX = 1000


def distributed(processor: str) -> str:
    """A definition that runs `processor` for each item of its input."""
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    each = {
        "Type": "Map",
        "Label": "each",
        "ItemProcessor": {**config, **json.loads(processor)},
        "End": True,
    }
    return json.dumps({"StartAt": "Each", "States": {"Each": each}})


def commented(definition: str, comment: str) -> str:
    """The same, for a state machine to have another revision."""
    return json.dumps({**json.loads(definition), "Comment": comment})


def tags(count: int) -> list[dict[str, str]]:
    return [{"key": f"k{number}", "value": ""} for number in range(count)]


def route(version: str) -> list[dict[str, Any]]:
    return [{"stateMachineVersionArn": version, "weight": 100}]


class Resources:
    """Each method makes a new one and gives its ARN, unless it says otherwise."""

    def __init__(self, sfn: Any) -> None:
        self.sfn = sfn

    def name(self) -> str:
        return f"r-{uuid.uuid4()}"

    def absent(self, kind: str, more: str = "") -> str:
        """The ARN of something that is not there."""
        return f"arn:aws:states:{REGION}:{ACCOUNT}:{kind}:{self.name()}{more}"

    def machine(self, definition: str = PASS, **more: Any) -> str:
        created = self.sfn.create_state_machine(
            **{"name": self.name(), "definition": definition, "roleArn": ROLE, **more}
        )
        arn: str = created["stateMachineArn"]
        return arn

    def deleting(self, kind: str = "STANDARD") -> str:
        """A state machine that one execution keeps from being gone."""
        machine = self.machine(WAIT, type=kind)
        self.started(machine)
        self.sfn.delete_state_machine(stateMachineArn=machine)
        return machine

    def started(self, machine: str, **more: Any) -> str:
        arn: str = self.sfn.start_execution(stateMachineArn=machine, **more)["executionArn"]
        return arn

    def closed(self, definition: str = PASS, **more: Any) -> str:
        """An execution that has ended."""
        execution = self.started(self.machine(definition), **more)
        until_closed(self.sfn, execution)
        return execution

    def version(self, machine: str | None = None) -> str:
        published = self.sfn.publish_state_machine_version(
            stateMachineArn=machine or self.machine()
        )
        arn: str = published["stateMachineVersionArn"]
        return arn

    def alias(self, version: str | None = None) -> str:
        made = self.sfn.create_state_machine_alias(
            name="live", routingConfiguration=route(version or self.version())
        )
        arn: str = made["stateMachineAliasArn"]
        return arn

    def deleting_alias(self) -> tuple[str, str]:
        """An alias of a state machine that is being deleted, and its version."""
        machine = self.machine(WAIT)
        version = self.version(machine)
        alias = self.alias(version)
        self.started(machine)
        self.sfn.delete_state_machine(stateMachineArn=machine)
        return alias, version

    def activity(self) -> str:
        arn: str = self.sfn.create_activity(name=self.name())["activityArn"]
        return arn

    def token(self) -> str:
        """The token of an activity's task that runs."""
        activity = self.activity()
        state = {"Type": "Task", "Resource": activity, "End": True}
        self.started(self.machine(json.dumps({"StartAt": "A", "States": {"A": state}})))
        token: str = self.sfn.get_activity_task(activityArn=activity)["taskToken"]
        return token

    def ended_token(self) -> str:
        """The token of a task that has ended."""
        token = self.token()
        self.sfn.send_task_success(taskToken=token, output="1")
        return token

    def map_run(self) -> str:
        """A map run that has ended."""
        execution = self.closed(distributed(PASS), input="[1]")
        arn: str = self.sfn.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
        return arn

    @cached_property
    def full_of_aliases(self) -> str:
        """The version of a state machine that has all the aliases it can have."""
        version = self.version()
        for number in range(ALIASES_MAX):
            self.sfn.create_state_machine_alias(
                name=f"a{number}", routingConfiguration=route(version)
            )
        return version

    @cached_property
    def full_of_versions(self) -> str:
        """A state machine that has all the versions it can have, and a revision that is none."""
        machine = self.machine()
        for number in range(VERSIONS_MAX):
            self.sfn.update_state_machine(
                stateMachineArn=machine, definition=commented(PASS, str(number)), publish=True
            )
        self.sfn.update_state_machine(stateMachineArn=machine, definition=WAIT)
        return machine
