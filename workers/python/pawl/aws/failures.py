"""What a failed call of a service is to a state: error names and causes in AWS's words.

Recorded (error_handling): SDK integrations fail as the AWS SDK for Java 2 does
(``DynamoDb.DynamoDbException``, "… (Service: DynamoDb, Status Code: 400, Request ID: …)"), the
optimized ones as that of version 1 (``DynamoDB.AmazonDynamoDBException``, "… (Service:
AmazonDynamoDBv2; Status Code: 400; Error Code: …; Request ID: …; Proxy: null)").
"""

from __future__ import annotations

import urllib.parse
from typing import Any, NamedTuple, Optional

import botocore.exceptions as boto_errors  # type: ignore[import]

from pawl.aws.names import exception_name, service_prefix
from pawl.task_error import TaskError


class OptimizedNames(NamedTuple):
    """What a service is called by an optimized integration's errors."""

    # "DynamoDB", of the error's name.
    prefix: str
    # "AmazonDynamoDBv2", of the cause.
    service: str
    # "AmazonDynamoDBException", of what the API has no error for.
    base: str


# The first four as recorded; the others after the class names of the AWS SDK for Java 1.
OPTIMIZED_NAMES = {
    "dynamodb": OptimizedNames("DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException"),
    "events": OptimizedNames("EventBridge", "AmazonEventBridge", "AmazonEventBridgeException"),
    "sns": OptimizedNames("SNS", "AmazonSNS", "AmazonSNSException"),
    "sqs": OptimizedNames("SQS", "AmazonSQS", "AmazonSQSException"),
    "athena": OptimizedNames("Athena", "AmazonAthena", "AmazonAthenaException"),
    "batch": OptimizedNames("Batch", "AWSBatch", "AWSBatchException"),
    "bedrock": OptimizedNames("Bedrock", "BedrockRuntime", "BedrockRuntimeException"),
    "codebuild": OptimizedNames("CodeBuild", "AWSCodeBuild", "AWSCodeBuildException"),
    "databrew": OptimizedNames("DataBrew", "AWSGlueDataBrew", "AWSGlueDataBrewException"),
    "ecs": OptimizedNames("ECS", "AmazonECS", "AmazonECSException"),
    "eks": OptimizedNames("EKS", "AmazonEKS", "AmazonEKSException"),
    "elasticmapreduce": OptimizedNames(
        "ElasticMapReduce", "AmazonElasticMapReduce", "AmazonElasticMapReduceException"
    ),
    "emr-containers": OptimizedNames(
        "EMRContainers", "AmazonEMRContainers", "AmazonEMRContainersException"
    ),
    "emr-serverless": OptimizedNames(
        "EMRServerless", "AWSEMRServerless", "AWSEMRServerlessException"
    ),
    "glue": OptimizedNames("Glue", "AWSGlue", "AWSGlueException"),
    "lambda": OptimizedNames("Lambda", "AWSLambda", "AWSLambdaException"),
    "mediaconvert": OptimizedNames("MediaConvert", "AWSMediaConvert", "AWSMediaConvertException"),
    "sagemaker": OptimizedNames("SageMaker", "AmazonSageMaker", "AmazonSageMakerException"),
}


NO_CREDENTIALS = (
    "Unable to load credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile, in "
    "the worker's environment"
)


class Failures:
    """The failures of one call."""

    def __init__(self, operation: Any, service: str, is_optimized: bool) -> None:
        """``operation`` is botocore's model of it; ``service`` as the definition names it."""
        self._operation = operation
        prefix = service_prefix(operation.service_model.service_id)
        default = OptimizedNames(prefix, prefix, prefix + "Exception")
        self._is_optimized = is_optimized
        self._names = OPTIMIZED_NAMES.get(service, default) if is_optimized else default

    def of(self, error: Exception) -> TaskError:
        """The failure that an exception of botocore stands for."""
        if isinstance(error, boto_errors.ClientError):
            return self._of_service(error.response)
        return self._of_client(error)

    def client(self, cause: str) -> TaskError:
        """A failure on this side of the wire."""
        return TaskError(f"{self._names.prefix}.SdkClientException", cause)

    def _of_service(self, response: dict[str, Any]) -> TaskError:
        error = response.get("Error", {})
        code = str(error.get("Code", ""))
        metadata = response.get("ResponseMetadata", {})
        status = metadata.get("HTTPStatusCode", 0)
        request = metadata.get("RequestId") or "null"
        message = error.get("Message") or "null"
        name = self._modelled(code) or self._names.base
        if self._is_optimized:
            details = (
                f"Service: {self._names.service}; Status Code: {status}; Error Code: {code}; "
                f"Request ID: {request}; Proxy: null"
            )
        else:
            details = f"Service: {self._names.prefix}, Status Code: {status}, Request ID: {request}"
            if self._operation.service_model.service_name == "s3":
                details += f", Extended Request ID: {metadata.get('HostId') or 'null'}"
        return TaskError(f"{self._names.prefix}.{name}", f"{message} ({details})")

    def _modelled(self, code: str) -> Optional[str]:
        # "com.amazonaws.sqs#QueueDoesNotExist" and the older names of services that had XML.
        short = code.rpartition("#")[2]
        for shape in self._operation.service_model.error_shapes:
            if short in (shape.error_code, shape.name):
                return exception_name(shape.name)
        return None

    def _of_client(self, error: Exception) -> TaskError:
        if isinstance(error, boto_errors.NoCredentialsError):
            return self.client(NO_CREDENTIALS)
        url = getattr(error, "kwargs", {}).get("endpoint_url", "")
        host = urllib.parse.urlsplit(url).hostname or ""
        return self.client(f"Unable to execute HTTP request: {host}: {root_cause(error)}")


def root_cause(error: BaseException) -> str:
    """What the system said, as far as an exception knows."""
    seen: Optional[BaseException] = error
    for _ in range(16):
        if isinstance(seen, OSError) and seen.strerror:
            return seen.strerror
        wrapped = getattr(seen, "kwargs", {}).get("error") if seen is not None else None
        if seen is None:
            break
        seen = wrapped if isinstance(wrapped, BaseException) else seen.__cause__ or seen.__context__
    return str(error)
