"""How each exception that the API's model names is provoked, and why some cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conftest import PASS, ROLE
from resources import WAIT, Resources, commented, route, tags

# Makes the call that is refused; calls before it succeed.
Provocation = Callable[[Resources], Any]

NO_ARN = "x"
LONG_ARN = "arn:" + "x" * 300
NO_TOKEN = "nonsense"
NO_NAME = "a b"
# With as many destinations as AWS does not allow.
NO_LOGGING = {"level": "ALL", "destinations": []}
# Says that a key is the caller's, and not which.
NO_KEY = {"type": "CUSTOMER_MANAGED_KMS_KEY"}


def _create(r: Resources, **more: Any) -> Any:
    given = {"name": r.name(), "definition": PASS, "roleArn": ROLE}
    return r.sfn.create_state_machine(**{**given, **more})


def _create_twice(r: Resources, first: dict[str, Any], then: dict[str, Any]) -> Any:
    name = r.name()
    _create(r, name=name, **first)
    return _create(r, name=name, **then)


def _name_of(arn: str) -> str:
    return arn.rsplit(":", 1)[1]


def _labeled(r: Resources) -> str:
    """What a Map state's executions say of their state machine: no operation takes it."""
    return r.machine() + "/each"


def _alias(r: Resources, version: str, name: str = "live") -> Any:
    return r.sfn.create_state_machine_alias(name=name, routingConfiguration=route(version))


def _alias_twice(r: Resources) -> Any:
    version = r.version()
    _alias(r, version)
    return r.sfn.create_state_machine_alias(
        name="live", description="another", routingConfiguration=route(version)
    )


def _update(r: Resources, **more: Any) -> Any:
    return r.sfn.update_state_machine(**{"stateMachineArn": r.machine(), **more})


def _publish_otherwise(r: Resources) -> Any:
    machine = r.machine()
    r.version(machine)
    return _update(
        r, stateMachineArn=machine, definition=PASS, publish=True, versionDescription="other"
    )


def _start_twice(r: Resources) -> Any:
    machine = r.machine()
    r.started(machine, name="x", input="1")
    return r.started(machine, name="x", input="2")


def _delete_aliased_version(r: Resources) -> Any:
    version = r.version()
    r.alias(version)
    return r.sfn.delete_state_machine_version(stateMachineVersionArn=version)


_BY_OPERATION: dict[str, dict[str, Provocation]] = {
    "CreateActivity": {
        "InvalidName": lambda r: r.sfn.create_activity(name=NO_NAME),
        "TooManyTags": lambda r: r.sfn.create_activity(name=r.name(), tags=tags(51)),
        "InvalidEncryptionConfiguration": lambda r: r.sfn.create_activity(
            name=r.name(), encryptionConfiguration=NO_KEY
        ),
    },
    "CreateStateMachine": {
        "InvalidArn": lambda r: _create(r, roleArn=NO_ARN),
        "InvalidDefinition": lambda r: _create(r, definition="{}"),
        "InvalidName": lambda r: _create(r, name=NO_NAME),
        "InvalidLoggingConfiguration": lambda r: _create(r, loggingConfiguration=NO_LOGGING),
        "StateMachineAlreadyExists": lambda r: _create_twice(r, {}, {"definition": WAIT}),
        "StateMachineDeleting": lambda r: _create(r, name=_name_of(r.deleting())),
        "TooManyTags": lambda r: _create(r, tags=tags(51)),
        "ValidationException": lambda r: _create(r, versionDescription="not published"),
        "ConflictException": lambda r: _create_twice(
            r,
            {"publish": True, "versionDescription": "one"},
            {"publish": True, "versionDescription": "two"},
        ),
        "InvalidEncryptionConfiguration": lambda r: _create(r, encryptionConfiguration=NO_KEY),
    },
    "CreateStateMachineAlias": {
        "InvalidArn": lambda r: _alias(r, NO_ARN),
        "ValidationException": lambda r: _alias(r, r.machine()),
        "StateMachineDeleting": lambda r: _alias(r, r.deleting_alias()[1], "other"),
        "ResourceNotFound": lambda r: _alias(r, r.machine() + ":7"),
        "ConflictException": _alias_twice,
        "ServiceQuotaExceededException": lambda r: _alias(r, r.full_of_aliases, "one-more"),
    },
    "DeleteActivity": {"InvalidArn": lambda r: r.sfn.delete_activity(activityArn=NO_ARN)},
    "DeleteStateMachine": {
        "InvalidArn": lambda r: r.sfn.delete_state_machine(stateMachineArn=NO_ARN),
        "ValidationException": lambda r: r.sfn.delete_state_machine(stateMachineArn=_labeled(r)),
    },
    "DeleteStateMachineAlias": {
        "ValidationException": lambda r: r.sfn.delete_state_machine_alias(
            stateMachineAliasArn=LONG_ARN
        ),
        "InvalidArn": lambda r: r.sfn.delete_state_machine_alias(stateMachineAliasArn=NO_ARN),
        "ResourceNotFound": lambda r: r.sfn.delete_state_machine_alias(
            stateMachineAliasArn=r.machine() + ":none"
        ),
    },
    "DeleteStateMachineVersion": {
        "ValidationException": lambda r: r.sfn.delete_state_machine_version(
            stateMachineVersionArn=NO_ARN * 2001
        ),
        "InvalidArn": lambda r: r.sfn.delete_state_machine_version(stateMachineVersionArn=NO_ARN),
        "ConflictException": _delete_aliased_version,
    },
    "DescribeActivity": {
        "ActivityDoesNotExist": lambda r: r.sfn.describe_activity(activityArn=r.absent("activity")),
        "InvalidArn": lambda r: r.sfn.describe_activity(activityArn=NO_ARN),
    },
    "DescribeExecution": {
        "ExecutionDoesNotExist": lambda r: r.sfn.describe_execution(
            executionArn=r.absent("execution", ":none")
        ),
        "InvalidArn": lambda r: r.sfn.describe_execution(executionArn=NO_ARN),
    },
    "DescribeMapRun": {
        "ResourceNotFound": lambda r: r.sfn.describe_map_run(
            mapRunArn=r.absent("mapRun", "/each:none")
        ),
        "InvalidArn": lambda r: r.sfn.describe_map_run(mapRunArn=NO_ARN),
    },
    "DescribeStateMachine": {
        "InvalidArn": lambda r: r.sfn.describe_state_machine(stateMachineArn=NO_ARN),
        "StateMachineDoesNotExist": lambda r: r.sfn.describe_state_machine(
            stateMachineArn=r.absent("stateMachine")
        ),
    },
    "DescribeStateMachineAlias": {
        "ValidationException": lambda r: r.sfn.describe_state_machine_alias(
            stateMachineAliasArn=LONG_ARN
        ),
        "InvalidArn": lambda r: r.sfn.describe_state_machine_alias(stateMachineAliasArn=NO_ARN),
        "ResourceNotFound": lambda r: r.sfn.describe_state_machine_alias(
            stateMachineAliasArn=r.machine() + ":none"
        ),
    },
    "DescribeStateMachineForExecution": {
        "ExecutionDoesNotExist": lambda r: r.sfn.describe_state_machine_for_execution(
            executionArn=r.absent("execution", ":none")
        ),
        "InvalidArn": lambda r: r.sfn.describe_state_machine_for_execution(executionArn=NO_ARN),
    },
    "GetActivityTask": {
        "ActivityDoesNotExist": lambda r: r.sfn.get_activity_task(activityArn=r.absent("activity")),
        "InvalidArn": lambda r: r.sfn.get_activity_task(activityArn=NO_ARN),
    },
    "GetExecutionHistory": {
        "ExecutionDoesNotExist": lambda r: r.sfn.get_execution_history(
            executionArn=r.absent("execution", ":none")
        ),
        "InvalidArn": lambda r: r.sfn.get_execution_history(executionArn=NO_ARN),
        "InvalidToken": lambda r: r.sfn.get_execution_history(
            executionArn=r.closed(), nextToken=NO_TOKEN
        ),
    },
    "ListActivities": {"InvalidToken": lambda r: r.sfn.list_activities(nextToken=NO_TOKEN)},
    "ListExecutions": {
        "InvalidArn": lambda r: r.sfn.list_executions(stateMachineArn=NO_ARN),
        "InvalidToken": lambda r: r.sfn.list_executions(
            stateMachineArn=r.machine(), nextToken=NO_TOKEN
        ),
        "StateMachineDoesNotExist": lambda r: r.sfn.list_executions(
            stateMachineArn=r.absent("stateMachine")
        ),
        "StateMachineTypeNotSupported": lambda r: r.sfn.list_executions(
            stateMachineArn=r.machine(type="EXPRESS")
        ),
        "ValidationException": lambda r: r.sfn.list_executions(),
        "ResourceNotFound": lambda r: r.sfn.list_executions(
            mapRunArn=r.absent("mapRun", "/each:none")
        ),
    },
    "ListMapRuns": {
        "ExecutionDoesNotExist": lambda r: r.sfn.list_map_runs(
            executionArn=r.absent("execution", ":none")
        ),
        "InvalidArn": lambda r: r.sfn.list_map_runs(executionArn=NO_ARN),
        "InvalidToken": lambda r: r.sfn.list_map_runs(executionArn=r.closed(), nextToken=NO_TOKEN),
    },
    "ListStateMachineAliases": {
        "InvalidArn": lambda r: r.sfn.list_state_machine_aliases(stateMachineArn=NO_ARN),
        "InvalidToken": lambda r: r.sfn.list_state_machine_aliases(
            stateMachineArn=r.machine(), nextToken=NO_TOKEN
        ),
        "ResourceNotFound": lambda r: r.sfn.list_state_machine_aliases(
            stateMachineArn=r.machine() + ":7"
        ),
        "StateMachineDoesNotExist": lambda r: r.sfn.list_state_machine_aliases(
            stateMachineArn=r.absent("stateMachine")
        ),
        "StateMachineDeleting": lambda r: r.sfn.list_state_machine_aliases(
            stateMachineArn=r.deleting()
        ),
    },
    "ListStateMachineVersions": {
        "ValidationException": lambda r: r.sfn.list_state_machine_versions(
            stateMachineArn=_labeled(r)
        ),
        "InvalidArn": lambda r: r.sfn.list_state_machine_versions(stateMachineArn=NO_ARN),
        "InvalidToken": lambda r: r.sfn.list_state_machine_versions(
            stateMachineArn=r.machine(), nextToken=NO_TOKEN
        ),
    },
    "ListStateMachines": {"InvalidToken": lambda r: r.sfn.list_state_machines(nextToken=NO_TOKEN)},
    "ListTagsForResource": {
        "InvalidArn": lambda r: r.sfn.list_tags_for_resource(resourceArn=NO_ARN),
        "ResourceNotFound": lambda r: r.sfn.list_tags_for_resource(
            resourceArn=r.absent("stateMachine")
        ),
    },
    "PublishStateMachineVersion": {
        "ValidationException": lambda r: r.sfn.publish_state_machine_version(
            stateMachineArn=_labeled(r)
        ),
        "StateMachineDeleting": lambda r: r.version(r.deleting()),
        "StateMachineDoesNotExist": lambda r: r.version(r.absent("stateMachine")),
        "ServiceQuotaExceededException": lambda r: r.version(r.full_of_versions),
        "ConflictException": lambda r: r.sfn.publish_state_machine_version(
            stateMachineArn=r.machine(), revisionId="of another time"
        ),
        "InvalidArn": lambda r: r.version(NO_ARN),
    },
    "RedriveExecution": {
        "ExecutionDoesNotExist": lambda r: r.sfn.redrive_execution(
            executionArn=r.absent("execution", ":none")
        ),
        "ExecutionNotRedrivable": lambda r: r.sfn.redrive_execution(executionArn=r.closed()),
        "InvalidArn": lambda r: r.sfn.redrive_execution(executionArn=NO_ARN),
        "ValidationException": lambda r: r.sfn.redrive_execution(
            executionArn=r.closed(), clientToken="no spaces"
        ),
    },
    "SendTaskFailure": {
        "InvalidToken": lambda r: r.sfn.send_task_failure(taskToken=NO_TOKEN),
        "TaskTimedOut": lambda r: r.sfn.send_task_failure(taskToken=r.ended_token()),
    },
    "SendTaskHeartbeat": {
        "InvalidToken": lambda r: r.sfn.send_task_heartbeat(taskToken=NO_TOKEN),
        "TaskTimedOut": lambda r: r.sfn.send_task_heartbeat(taskToken=r.ended_token()),
    },
    "SendTaskSuccess": {
        "InvalidOutput": lambda r: r.sfn.send_task_success(taskToken=r.token(), output="{"),
        "InvalidToken": lambda r: r.sfn.send_task_success(taskToken=NO_TOKEN, output="1"),
        "TaskTimedOut": lambda r: r.sfn.send_task_success(taskToken=r.ended_token(), output="1"),
    },
    "StartExecution": {
        "ExecutionAlreadyExists": _start_twice,
        "InvalidArn": lambda r: r.started(NO_ARN),
        "InvalidExecutionInput": lambda r: r.started(r.machine(), input="{"),
        "InvalidName": lambda r: r.started(r.machine(), name=NO_NAME),
        "StateMachineDoesNotExist": lambda r: r.started(r.absent("stateMachine")),
        "StateMachineDeleting": lambda r: r.started(r.deleting()),
        "ValidationException": lambda r: r.started(_labeled(r)),
    },
    "StartSyncExecution": {
        "InvalidArn": lambda r: r.sfn.start_sync_execution(stateMachineArn=NO_ARN),
        "InvalidExecutionInput": lambda r: r.sfn.start_sync_execution(
            stateMachineArn=r.machine(type="EXPRESS"), input="{"
        ),
        "InvalidName": lambda r: r.sfn.start_sync_execution(
            stateMachineArn=r.machine(type="EXPRESS"), name=NO_NAME
        ),
        "StateMachineDoesNotExist": lambda r: r.sfn.start_sync_execution(
            stateMachineArn=r.absent("stateMachine")
        ),
        "StateMachineDeleting": lambda r: r.sfn.start_sync_execution(stateMachineArn=r.deleting()),
        "StateMachineTypeNotSupported": lambda r: r.sfn.start_sync_execution(
            stateMachineArn=r.machine()
        ),
    },
    "StopExecution": {
        "ExecutionDoesNotExist": lambda r: r.sfn.stop_execution(
            executionArn=r.absent("execution", ":none")
        ),
        "InvalidArn": lambda r: r.sfn.stop_execution(executionArn=NO_ARN),
        "ValidationException": lambda r: r.sfn.stop_execution(
            executionArn=r.closed(), error="e" * 257
        ),
    },
    "TagResource": {
        "InvalidArn": lambda r: r.sfn.tag_resource(resourceArn=NO_ARN, tags=tags(1)),
        "ResourceNotFound": lambda r: r.sfn.tag_resource(
            resourceArn=r.absent("activity"), tags=tags(1)
        ),
        "TooManyTags": lambda r: r.sfn.tag_resource(resourceArn=r.machine(), tags=tags(51)),
    },
    "TestState": {
        "InvalidArn": lambda r: r.sfn.test_state(definition='{"Type":"Succeed"}', roleArn=NO_ARN),
        "InvalidDefinition": lambda r: r.sfn.test_state(definition='{"Type":"Nothing"}'),
        "InvalidExecutionInput": lambda r: r.sfn.test_state(
            definition='{"Type":"Succeed"}', input="{"
        ),
        "ValidationException": lambda r: r.sfn.test_state(
            definition='{"Type":"Succeed"}', mock={"result": "1"}
        ),
    },
    "UntagResource": {
        "InvalidArn": lambda r: r.sfn.untag_resource(resourceArn=NO_ARN, tagKeys=["k"]),
        "ResourceNotFound": lambda r: r.sfn.untag_resource(
            resourceArn=r.absent("stateMachine"), tagKeys=["k"]
        ),
    },
    "UpdateMapRun": {
        "ResourceNotFound": lambda r: r.sfn.update_map_run(
            mapRunArn=r.absent("mapRun", "/each:none"), maxConcurrency=1
        ),
        "InvalidArn": lambda r: r.sfn.update_map_run(mapRunArn=NO_ARN, maxConcurrency=1),
        "ValidationException": lambda r: r.sfn.update_map_run(
            mapRunArn=r.map_run(), maxConcurrency=1
        ),
    },
    "UpdateStateMachine": {
        "InvalidArn": lambda r: _update(r, roleArn=NO_ARN),
        "InvalidDefinition": lambda r: _update(r, definition="{}"),
        "InvalidLoggingConfiguration": lambda r: _update(r, loggingConfiguration=NO_LOGGING),
        "MissingRequiredParameter": _update,
        "StateMachineDeleting": lambda r: _update(r, stateMachineArn=r.deleting(), definition=PASS),
        "StateMachineDoesNotExist": lambda r: _update(
            r, stateMachineArn=r.absent("stateMachine"), definition=PASS
        ),
        "ServiceQuotaExceededException": lambda r: _update(
            r,
            stateMachineArn=r.full_of_versions,
            definition=commented(PASS, "one more"),
            publish=True,
        ),
        "ConflictException": _publish_otherwise,
        "ValidationException": lambda r: _update(r, definition=PASS, versionDescription="none"),
        "InvalidEncryptionConfiguration": lambda r: _update(r, encryptionConfiguration=NO_KEY),
    },
    "UpdateStateMachineAlias": {
        "ValidationException": lambda r: r.sfn.update_state_machine_alias(
            stateMachineAliasArn=r.alias()
        ),
        "InvalidArn": lambda r: r.sfn.update_state_machine_alias(
            stateMachineAliasArn=NO_ARN, description="d"
        ),
        "ResourceNotFound": lambda r: r.sfn.update_state_machine_alias(
            stateMachineAliasArn=r.machine() + ":none", description="d"
        ),
        "StateMachineDeleting": lambda r: r.sfn.update_state_machine_alias(
            stateMachineAliasArn=r.deleting_alias()[0], description="d"
        ),
    },
    "ValidateStateMachineDefinition": {
        "ValidationException": lambda r: r.sfn.validate_state_machine_definition(
            definition=PASS, maxResults=101
        )
    },
}

PROVOKED: dict[tuple[str, str], Provocation] = {
    (operation, exception): provocation
    for operation, exceptions in _BY_OPERATION.items()
    for exception, provocation in exceptions.items()
}

# Of whatever operation.
_NEVER = {
    "ActivityLimitExceeded": "any number of activities",
    "ActivityWorkerLimitExceeded": "any number of polls",
    "ExecutionLimitExceeded": "no quota of open executions; a server behind is ThrottlingException",
    "InvalidTracingConfiguration": "whatever has the right shape is valid; else it is no JSON call",
    "KmsAccessDeniedException": "no KMS: nothing is encrypted with keys of callers",
    "KmsInvalidStateException": "no KMS: nothing is encrypted with keys of callers",
    "KmsThrottlingException": "no KMS: nothing is encrypted with keys of callers",
    "StateMachineLimitExceeded": "any number of state machines",
    "TaskDoesNotExist": "a sealed token is nobody's (InvalidToken) or had a task (TaskTimedOut)",
}
_NEVER_OF = {
    ("CreateActivity", "ActivityAlreadyExists"): "encryption of activities is not kept",
    ("CreateStateMachine", "StateMachineTypeNotSupported"): "both types can be created",
    ("CreateStateMachineAlias", "InvalidName"): "the shape of names refuses first, as recorded",
    ("DeleteStateMachineAlias", "ConflictException"): "deletions wait for one another",
    ("UpdateStateMachineAlias", "ConflictException"): "updates wait for one another",
}


def reason_not_provoked(operation: str, exception: str) -> str | None:
    """Why no call gets this exception, if it is one of those."""
    return _NEVER_OF.get((operation, exception)) or _NEVER.get(exception)


def unused_reasons(pairs: set[tuple[str, str]]) -> set[object]:
    """Reasons that speak of nothing in `pairs`."""
    return (set(_NEVER) - {exception for _, exception in pairs}) | (set(_NEVER_OF) - pairs)
