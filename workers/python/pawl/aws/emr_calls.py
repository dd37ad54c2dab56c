"""The integration of Amazon EMR, whose actions are not those of its API.

Step Functions Developer Guide, "Create and manage Amazon EMR clusters with Step Functions": each
action has a cluster and a step where the API has lists of them.
"""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple

SERVICE = "elasticmapreduce"


class EmrCall(NamedTuple):
    """One action. Its members are filled by pawl.aws.paths."""

    operation: str
    # What the operation is called with, out of the Parameters; None: they are its own.
    parameters: Mapping[str, Any] | None
    # The answer, out of the operation's.
    answer: Mapping[str, Any]


EMR_CALLS: dict[str, EmrCall] = {
    "addStep": EmrCall(
        "AddJobFlowSteps",
        {"JobFlowId": "ClusterId", "Steps": ["Step"], "ExecutionRoleArn": "ExecutionRoleArn"},
        {"StepId": "StepIds.0"},
    ),
    "cancelStep": EmrCall(
        "CancelSteps",
        {"ClusterId": "ClusterId", "StepIds": ["StepId"]},
        {"CancelStepsInfo": "CancelStepsInfoList.0"},
    ),
    "createCluster": EmrCall("RunJobFlow", None, {"ClusterId": "JobFlowId"}),
    "setClusterTerminationProtection": EmrCall(
        "SetTerminationProtection",
        {"JobFlowIds": ["ClusterId"], "TerminationProtected": "TerminationProtected"},
        {},
    ),
    "terminateCluster": EmrCall("TerminateJobFlows", {"JobFlowIds": ["ClusterId"]}, {}),
}


def parameter_names(call: EmrCall) -> set[str]:
    """What the action's Parameters may have; nothing where they are those of the operation."""
    values = (call.parameters or {}).values()
    return {value[0] if isinstance(value, list) else value for value in values}
