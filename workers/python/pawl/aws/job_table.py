"""The jobs that a Task can wait for: the optimized integrations that have ``.sync``.

A row says how a job is named once it is started, which call tells its state, which states end it,
and which call stops it (Step Functions Developer Guide, "Integrating optimized services"; the
states are those of the services' own API references). What a task gets is known from examples of
that guide and of its sample projects: of the older integrations (Batch, ECS, Glue, SageMaker,
DataBrew) the job itself, of the others the job as a member of an object, as their APIs have it.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, NamedTuple, Optional

# What a call is made with, out of the event's Started and Parameters: as pawl.aws.paths fills it.
Arguments = Mapping[str, Any]


class Job(NamedTuple):
    """How one kind of job is watched and stopped. Places are paths of pawl.aws.paths."""

    # The operation that tells its state, and its arguments by the API's own names.
    describe: str
    arguments: Arguments
    # In that operation's result: what has the state; "" is all of it.
    subject: str
    # In the subject.
    state: str
    # The states that end it well; and otherwise.
    succeeded: frozenset[str]
    failed: frozenset[str] = frozenset()
    # The task's result is an object with the subject as this member; else the subject itself.
    member: str = ""
    # The operation that stops it, and its arguments; there is not always one.
    stop: str = ""
    stop_arguments: Arguments = {}
    # A job that there is no longer has succeeded.
    ends_gone: bool = False
    # The result has the members of the call's own answer too.
    keeps_answer: bool = False
    # A member of the start call that makes it idempotent and that the API's model does not mark.
    token: str = ""
    # Whether a subject whose state is a good one has failed for all that.
    has_failed: Optional[Callable[[Any], bool]] = None
    # Where the start call lists what could not be started, and the error of a task then.
    failures: str = ""
    failures_error: str = ""
    # Parameters of the start call that have only one value, because one job is waited for.
    only: Mapping[str, Any] = {}


STOPPED = "=The execution of the state machine no longer waits for it."


def has_failed_container(task: Any) -> bool:
    """Whether an ECS task has a container that did not run to a good end."""
    containers = task.get("Containers", [])
    return not containers or any(one.get("ExitCode") != 0 for one in containers)


def _states(*names: str) -> frozenset[str]:
    return frozenset(names)


def _sagemaker(kind: str) -> Job:
    name = {f"{kind}Name": f"Parameters.{kind}Name"}
    return Job(
        describe=f"Describe{kind}",
        arguments=name,
        subject="",
        state=f"{kind}Status",
        succeeded=_states("Completed"),
        failed=_states("Failed", "Stopped"),
        stop=f"Stop{kind}",
        stop_arguments=name,
    )


def _build(kind: str) -> Job:
    started = f"Started.{kind}.Id"
    return Job(
        describe=f"BatchGet{kind}s" if kind == "Build" else f"BatchGet{kind}es",
        arguments={"ids": [started]},
        subject="Builds.0" if kind == "Build" else "BuildBatches.0",
        state=f"{kind}Status",
        succeeded=_states("SUCCEEDED"),
        failed=_states("FAILED", "FAULT", "STOPPED", "TIMED_OUT"),
        member=kind,
        stop=f"Stop{kind}",
        stop_arguments={"id": started},
        token="idempotencyToken",
    )


def _application(place: str, succeeded: frozenset[str], failed: frozenset[str], **more: Any) -> Job:
    return Job(
        describe="GetApplication",
        arguments={"applicationId": place},
        subject="Application",
        state="State",
        succeeded=succeeded,
        failed=failed,
        member="Application",
        **more,
    )


def _serverless_run(succeeded: frozenset[str], failed: frozenset[str], **more: Any) -> Job:
    return Job(
        describe="GetJobRun",
        arguments={"applicationId": "Started.ApplicationId", "jobRunId": "Started.JobRunId"},
        subject="JobRun",
        state="State",
        succeeded=succeeded,
        failed=failed,
        member="JobRun",
        **more,
    )


def _eks(kind: str, arguments: Arguments, **more: Any) -> Job:
    return Job(
        describe=f"Describe{kind}",
        arguments=arguments,
        subject=kind,
        state="Status",
        member=kind,
        **more,
    )


_CLUSTER = {"name": "Parameters.Name"}
_NODEGROUP = {
    "clusterName": "Parameters.ClusterName",
    "nodegroupName": "Parameters.NodegroupName",
}
_FARGATE_PROFILE = {
    "clusterName": "Parameters.ClusterName",
    "fargateProfileName": "Parameters.FargateProfileName",
}
_ECS_TASK = "Started.Tasks.0.TaskArn"
_ECS_CLUSTER = "Started.Tasks.0.ClusterArn"

# By what a definition calls them, without ".sync".
JOBS: dict[str, Job] = {
    "athena:startQueryExecution": Job(
        describe="GetQueryExecution",
        arguments={"QueryExecutionId": "Started.QueryExecutionId"},
        subject="QueryExecution",
        state="Status.State",
        succeeded=_states("SUCCEEDED"),
        failed=_states("FAILED", "CANCELLED"),
        member="QueryExecution",
        stop="StopQueryExecution",
        stop_arguments={"QueryExecutionId": "Started.QueryExecutionId"},
    ),
    "batch:submitJob": Job(
        describe="DescribeJobs",
        arguments={"jobs": ["Started.JobId"]},
        subject="Jobs.0",
        state="Status",
        succeeded=_states("SUCCEEDED"),
        failed=_states("FAILED"),
        stop="TerminateJob",
        stop_arguments={"jobId": "Started.JobId", "reason": STOPPED},
    ),
    "bedrock:createModelCustomizationJob": Job(
        describe="GetModelCustomizationJob",
        arguments={"jobIdentifier": "Started.JobArn"},
        subject="",
        state="Status",
        succeeded=_states("Completed"),
        failed=_states("Failed", "Stopped"),
        stop="StopModelCustomizationJob",
        stop_arguments={"jobIdentifier": "Started.JobArn"},
    ),
    "codebuild:retryBuildBatch": _build("BuildBatch"),
    "codebuild:startBuild": _build("Build"),
    "codebuild:startBuildBatch": _build("BuildBatch"),
    "databrew:startJobRun": Job(
        describe="DescribeJobRun",
        arguments={"Name": "Parameters.Name", "RunId": "Started.RunId"},
        subject="",
        state="State",
        succeeded=_states("SUCCEEDED"),
        failed=_states("FAILED", "STOPPED", "TIMEOUT"),
        stop="StopJobRun",
        stop_arguments={"Name": "Parameters.Name", "RunId": "Started.RunId"},
    ),
    "ecs:runTask": Job(
        describe="DescribeTasks",
        arguments={"cluster": _ECS_CLUSTER, "tasks": [_ECS_TASK]},
        subject="Tasks.0",
        state="LastStatus",
        succeeded=_states("STOPPED"),
        stop="StopTask",
        stop_arguments={"cluster": _ECS_CLUSTER, "task": _ECS_TASK, "reason": STOPPED},
        has_failed=has_failed_container,
        failures="Failures",
        failures_error="AmazonECS.Unknown",
        only={"Count": 1},
    ),
    "eks:createCluster": _eks(
        "Cluster", _CLUSTER, succeeded=_states("ACTIVE"), failed=_states("FAILED")
    ),
    "eks:createFargateProfile": _eks(
        "FargateProfile",
        _FARGATE_PROFILE,
        succeeded=_states("ACTIVE"),
        failed=_states("CREATE_FAILED", "DELETE_FAILED"),
    ),
    "eks:createNodegroup": _eks(
        "Nodegroup",
        _NODEGROUP,
        succeeded=_states("ACTIVE"),
        failed=_states("CREATE_FAILED", "DEGRADED", "DELETE_FAILED"),
    ),
    "eks:deleteCluster": _eks(
        "Cluster", _CLUSTER, succeeded=_states(), failed=_states("FAILED"), ends_gone=True
    ),
    "eks:deleteFargateProfile": _eks(
        "FargateProfile",
        _FARGATE_PROFILE,
        succeeded=_states(),
        failed=_states("DELETE_FAILED"),
        ends_gone=True,
    ),
    "eks:deleteNodegroup": _eks(
        "Nodegroup",
        _NODEGROUP,
        succeeded=_states(),
        failed=_states("DELETE_FAILED"),
        ends_gone=True,
    ),
    "elasticmapreduce:addStep": Job(
        describe="DescribeStep",
        arguments={"ClusterId": "Parameters.ClusterId", "StepId": "Started.StepId"},
        subject="Step",
        state="Status.State",
        succeeded=_states("COMPLETED"),
        failed=_states("FAILED", "CANCELLED", "INTERRUPTED"),
        member="Step",
        stop="CancelSteps",
        stop_arguments={"ClusterId": "Parameters.ClusterId", "StepIds": ["Started.StepId"]},
    ),
    "elasticmapreduce:createCluster": Job(
        describe="DescribeCluster",
        arguments={"ClusterId": "Started.ClusterId"},
        subject="Cluster",
        state="Status.State",
        succeeded=_states("WAITING"),
        failed=_states("TERMINATED", "TERMINATED_WITH_ERRORS"),
        member="Cluster",
        stop="TerminateJobFlows",
        stop_arguments={"JobFlowIds": ["Started.ClusterId"]},
        keeps_answer=True,
    ),
    "elasticmapreduce:terminateCluster": Job(
        describe="DescribeCluster",
        arguments={"ClusterId": "Parameters.ClusterId"},
        subject="Cluster",
        state="Status.State",
        succeeded=_states("TERMINATED", "TERMINATED_WITH_ERRORS"),
        member="Cluster",
    ),
    "emr-containers:deleteVirtualCluster": Job(
        describe="DescribeVirtualCluster",
        arguments={"id": "Started.Id"},
        subject="VirtualCluster",
        state="State",
        succeeded=_states("TERMINATED"),
        failed=_states("ARRESTED"),
        member="VirtualCluster",
        ends_gone=True,
    ),
    "emr-containers:startJobRun": Job(
        describe="DescribeJobRun",
        arguments={"id": "Started.Id", "virtualClusterId": "Started.VirtualClusterId"},
        subject="JobRun",
        state="State",
        succeeded=_states("COMPLETED"),
        failed=_states("FAILED", "CANCELLED"),
        member="JobRun",
        stop="CancelJobRun",
        stop_arguments={"id": "Started.Id", "virtualClusterId": "Started.VirtualClusterId"},
    ),
    "emr-serverless:cancelJobRun": _serverless_run(
        succeeded=_states("CANCELLED", "SUCCESS", "FAILED"), failed=_states()
    ),
    "emr-serverless:createApplication": _application(
        "Started.ApplicationId",
        succeeded=_states("CREATED", "STARTING", "STARTED", "STOPPING", "STOPPED"),
        failed=_states("TERMINATED"),
        keeps_answer=True,
    ),
    "emr-serverless:deleteApplication": _application(
        "Parameters.ApplicationId",
        succeeded=_states("TERMINATED"),
        failed=_states(),
        ends_gone=True,
    ),
    "emr-serverless:startApplication": _application(
        "Parameters.ApplicationId",
        succeeded=_states("STARTED"),
        failed=_states("STOPPED", "TERMINATED"),
    ),
    "emr-serverless:startJobRun": _serverless_run(
        succeeded=_states("SUCCESS"),
        failed=_states("FAILED", "CANCELLED"),
        stop="CancelJobRun",
        stop_arguments={
            "applicationId": "Started.ApplicationId",
            "jobRunId": "Started.JobRunId",
        },
    ),
    "emr-serverless:stopApplication": _application(
        "Parameters.ApplicationId",
        succeeded=_states("STOPPED", "CREATED"),
        failed=_states("TERMINATED"),
    ),
    "glue:startJobRun": Job(
        describe="GetJobRun",
        arguments={"JobName": "Parameters.JobName", "RunId": "Started.JobRunId"},
        subject="JobRun",
        state="JobRunState",
        succeeded=_states("SUCCEEDED"),
        failed=_states("FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"),
        stop="BatchStopJobRun",
        stop_arguments={"JobName": "Parameters.JobName", "JobRunIds": ["Started.JobRunId"]},
    ),
    "mediaconvert:createJob": Job(
        describe="GetJob",
        arguments={"Id": "Started.Job.Id"},
        subject="Job",
        state="Status",
        succeeded=_states("COMPLETE"),
        failed=_states("ERROR", "CANCELED"),
        member="Job",
        stop="CancelJob",
        stop_arguments={"Id": "Started.Job.Id"},
    ),
    "sagemaker:createHyperParameterTuningJob": _sagemaker("HyperParameterTuningJob"),
    "sagemaker:createLabelingJob": _sagemaker("LabelingJob"),
    "sagemaker:createProcessingJob": _sagemaker("ProcessingJob"),
    "sagemaker:createTrainingJob": _sagemaker("TrainingJob"),
    "sagemaker:createTransformJob": _sagemaker("TransformJob"),
}
