"""Runs the Task states that call AWS services: the worker's own function ``pawl:aws``.

It is a function like any other: it runs in processes of its own, so a call that hangs costs its own
task. A call is made once; what is tried again, a state's Retry says. Where a crash loses the answer
the task is delivered again and the call is made twice, with the same idempotency token where the
service has one.
"""

from __future__ import annotations

import os
from typing import Any, Callable

import boto3  # type: ignore[import]
import botocore  # type: ignore[import]
import botocore.config  # type: ignore[import]
import botocore.exceptions as boto_errors  # type: ignore[import]

from pawl.aws import api_gateway, eks_calls, emr_by_name, emr_calls, model_data
from pawl.aws.failures import Failures
from pawl.aws.job_table import JOBS, Job
from pawl.aws.names import boto_service, did_you_mean, operation, sdk_services
from pawl.aws.paths import filled
from pawl.aws.shapes import ParameterError, Parameters, ResultError, Results, json_text
from pawl.context import Context
from pawl.payload import read_event
from pawl.task_error import TaskError, refused

SDK = "aws-sdk:"
SYNC = ".sync"
CONNECT_SECONDS = 10
READ_SECONDS = 60

# Variables of Step Functions Local that are not boto3's name of the service and _ENDPOINT.
LOCAL_ENDPOINTS = {
    "sagemaker": "SAGE_MAKER_ENDPOINT",
    "stepfunctions": "STEP_FUNCTIONS_ENDPOINT",
}
# The API behind an optimized integration whose name is another.
OPTIMIZED_APIS = {("bedrock", "invokeModel"): "bedrockruntime"}
# As recorded and as documented, these answer without the envelope of the SDK.
WITHOUT_ENVELOPE = {"bedrock", "events"}
# The members of the envelope.
METADATA = ("SdkHttpMetadata", "SdkResponseMetadata")
# Names that AWS gives these headers in the envelope; botocore has them in lower case.
HEADER_NAMES = {
    "content-length": "Content-Length",
    "content-type": "Content-Type",
    "date": "Date",
    "x-amzn-requestid": "x-amzn-RequestId",
}

# What is no call of an AWS API but a request of its own; and those of them that start jobs.
WEB_CALLS: dict[str, Callable[[Any, Any], Any]] = {
    api_gateway.CALL: api_gateway.invoke,
    eks_calls.CALL: eks_calls.call,
    eks_calls.RUN_JOB: eks_calls.run_job,
}
WEB_JOBS = {eks_calls.RUN_JOB}

_session = boto3.session.Session()
_clients: dict[str, Any] = {}


def handler(event: dict[str, Any], context: Context) -> Any:
    """Makes the call that ``event`` names and returns the task's result.

    ``event`` is ``{"Resource": "sqs:sendMessage", "Parameters": {…}}``, with ``aws-sdk:`` before
    the service for an SDK integration, and ``.sync`` behind the action where the call starts a job
    that is to be waited for (pawl.aws.waiting). Raises TaskError in AWS's words.
    """
    resource = event["Resource"]
    parameters = event["Parameters"]
    if not resource.endswith(SYNC):
        return called(resource, parameters, context)
    if resource.removesuffix(SYNC) in WEB_JOBS:
        return called(resource.removesuffix(SYNC), parameters, context)
    job = job_of(resource)
    check_only(job, resource, parameters)
    answer = called(resource.removesuffix(SYNC), parameters, context, job.token)
    if answer.get(job.failures):
        raise TaskError(job.failures_error, json_text(answer))
    return answer


def job_of(resource: str) -> Job:
    """The job that ``glue:startJobRun.sync`` starts. Raises TaskError for what starts none."""
    job = JOBS.get(resource.removesuffix(SYNC))
    if job is None:
        raise refused(f"'{resource}' starts no job that this worker can wait for")
    return job


def check_only(job: Job, resource: str, parameters: Any) -> None:
    """Raises TaskError for parameters that start more than the one job that is waited for."""
    for name, value in job.only.items():
        found = parameters.get(name, value) if isinstance(parameters, dict) else value
        if found not in (value, None):
            raise refused(
                f"{resource} waits for one job: '{name}' must be {value}, found {json_text(found)}"
            )


def called(resource: str, parameters: Any, context: Context, token: str = "") -> Any:
    """Makes the call ``sqs:sendMessage`` or ``aws-sdk:s3:getObject``.

    ``token`` names a member that makes the call idempotent, beside those that the model marks.
    """
    if resource in WEB_CALLS:
        return WEB_CALLS[resource](parameters, aws_session())
    is_optimized = not resource.startswith(SDK)
    service, _, action = resource.removeprefix(SDK).partition(":")
    client = client_of(api_of(service, action) if is_optimized else service)
    if service == emr_calls.SERVICE and action in emr_by_name.ACTIONS:
        return emr_by_name.modify(action, parameters, emr_operation(client))
    emr = emr_calls.EMR_CALLS.get(action) if service == emr_calls.SERVICE else None
    name = emr.operation if emr else operation(action, client.meta.service_model.operation_names)
    if name is None:
        raise refused(
            f"The service '{service}' has no action '{action}'"
            + did_you_mean(action, actions(client))
            + f" in boto3 {boto3.__version__}"
        )
    model = client.meta.service_model.operation_model(name)
    if model.has_event_stream_input or model.has_event_stream_output:
        raise refused(f"'{resource}' answers with a stream of events, which no state can take")
    if resource == model_data.CALL:
        return invoked_model(client, model, parameters)
    if emr:
        parameters = emr_parameters(emr, action, parameters)
    arguments = arguments_of(model, parameters, is_optimized)
    # The same for every delivery of the attempt, so that a second one finds what the first began.
    for member in [*model.idempotent_members, token]:
        if member:
            arguments.setdefault(member, context.aws_request_id)
    answer = call(client, model, arguments, service, is_optimized)
    if not emr:
        return answer
    metadata = {name: value for name, value in answer.items() if name in METADATA}
    return {**filled(emr.answer, answer), **metadata}


def api_of(service: str, action: str) -> str:
    """What the API behind an optimized integration's action is called."""
    if service == emr_calls.SERVICE:
        return "emr"
    return OPTIMIZED_APIS.get((service, action), service)


def arguments_of(model: Any, parameters: Any, is_optimized: bool) -> dict[str, Any]:
    """What boto3 is called with. Raises TaskError for parameters that the operation has not."""
    try:
        return Parameters(model, is_optimized).read(parameters)
    except ParameterError as error:
        raise unusable(parameters, str(error)) from None


def unusable(parameters: Any, why: str) -> TaskError:
    """The failure of a task whose parameters make no call."""
    return refused(
        f"The Parameters '{json_text(parameters)[:1024]}' could not be used to start the Task: "
        f"[{why}]"
    )


def emr_parameters(emr: emr_calls.EmrCall, action: str, parameters: Any) -> Any:
    """The parameters of the operation behind an action of EMR. Raises TaskError."""
    if emr.parameters is None or not isinstance(parameters, dict):
        return parameters
    known = emr_calls.parameter_names(emr)
    for name in parameters:
        if name not in known:
            why = f"The field '{name}' is not supported by {action}{did_you_mean(name, known)}"
            raise unusable(parameters, why)
    return filled(emr.parameters, parameters)


def emr_operation(client: Any) -> emr_by_name.Ask:
    """Calls operations of EMR's API by their names."""

    def ask(name: str, parameters: dict[str, Any]) -> Any:
        model = client.meta.service_model.operation_model(name)
        return call(client, model, arguments_of(model, parameters, True), emr_calls.SERVICE, True)

    return ask


def invoked_model(client: Any, model: Any, parameters: Any) -> Any:
    """What a model of Bedrock answers; input and output may be objects in S3."""
    places, given = model_data.places_of(parameters)
    arguments = arguments_of(model, given, True)
    if places.input is not None:
        arguments["body"] = object_bytes(places.input)
    failures = Failures(model, "bedrock", True)
    answer = sent(client, model, arguments, failures)
    if places.output is None:
        return result_of(answer, model, "bedrock", True, failures)
    kind = answer.get("contentType") or "application/octet-stream"
    put_object(places.output, body_bytes(answer["body"], "The model's answer", failures), kind)
    return {"Body": places.output.uri, "ContentType": kind}


def object_bytes(place: model_data.Place) -> bytes:
    """An object's bytes. Raises TaskError in the words of S3's SDK integration."""
    client = client_of("s3")
    model = client.meta.service_model.operation_model("GetObject")
    failures = Failures(model, "s3", False)
    answer = sent(client, model, {"Bucket": place.bucket, "Key": place.key}, failures)
    return body_bytes(answer["Body"], place.uri, failures)


def put_object(place: model_data.Place, data: bytes, kind: str) -> None:
    """Writes an object. Raises TaskError in the words of S3's SDK integration."""
    client = client_of("s3")
    model = client.meta.service_model.operation_model("PutObject")
    arguments = {"Bucket": place.bucket, "Key": place.key, "Body": data, "ContentType": kind}
    sent(client, model, arguments, Failures(model, "s3", False))


def body_bytes(body: Any, what: str, failures: Failures) -> bytes:
    """All of a body that is a stream. Raises TaskError."""
    try:
        data = body.read(model_data.BYTES_MAX + 1)
    except (boto_errors.BotoCoreError, OSError) as error:
        raise failures.of(error) from None
    finally:
        body.close()
    if len(data) > model_data.BYTES_MAX:
        raise failures.client(f"{what} has more than {model_data.BYTES_MAX} bytes")
    return bytes(data)


def call(
    client: Any, model: Any, arguments: dict[str, Any], service: str, is_optimized: bool
) -> Any:
    """Calls the operation ``model`` and returns what the state gets."""
    failures = Failures(model, service, is_optimized)
    answer = sent(client, model, arguments, failures)
    return result_of(answer, model, service, is_optimized, failures)


def sent(client: Any, model: Any, arguments: dict[str, Any], failures: Failures) -> Any:
    """What boto3 answers. Raises TaskError."""
    try:
        return getattr(client, botocore.xform_name(model.name))(**arguments)
    except (boto_errors.BotoCoreError, boto_errors.ClientError) as error:
        raise failures.of(error) from None
    except (TypeError, ValueError, AttributeError) as error:
        # The call cannot even be written down: a member that the address needs is missing.
        raise failures.client(f"Unable to make the request: {error}") from None


def result_of(
    answer: Any, model: Any, service: str, is_optimized: bool, failures: Failures
) -> dict[str, Any]:
    """What the state gets of an answer of boto3. Raises TaskError."""
    try:
        result = Results(model, is_optimized).write(answer)
    except ResultError as error:
        raise failures.client(f"Unable to take the response: {error}") from None
    if is_optimized:
        result = finished(service, model.name, result, answer["ResponseMetadata"])
    return result


def finished(service: str, name: str, result: dict[str, Any], metadata: dict[str, Any]) -> Any:
    """What an optimized integration makes of its API's result."""
    # Recorded: services, test_put_events_malformed_detail.
    if name == "PutEvents" and result.get("FailedEntryCount", 0) > 0:
        raise TaskError("EventBridge.FailedEntry", json_text(result))
    if name == "InvokeModel":
        result["Body"] = json_or_text(result.get("Body", ""))
    return result if service in WITHOUT_ENVELOPE else {**result, **envelope(metadata)}


def envelope(metadata: dict[str, Any]) -> dict[str, Any]:
    """What the AWS SDK says beside the result. Recorded: services, test_send_message_attributes."""
    headers = {
        HEADER_NAMES.get(name, name): value
        for name, value in metadata.get("HTTPHeaders", {}).items()
    }
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": metadata.get("HTTPStatusCode"),
        },
        "SdkResponseMetadata": {"RequestId": metadata.get("RequestId")},
    }


def without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without the envelope."""
    return {name: value for name, value in answer.items() if name not in METADATA}


def json_or_text(text: str) -> Any:
    """The value of a JSON text; any other text itself."""
    try:
        return read_event(text)
    except ValueError:
        return text


def aws_session() -> Any:
    """boto3's session of this process: the worker's credentials and region."""
    return _session


def actions(client: Any) -> list[str]:
    """What definitions may call the service's actions."""
    names = client.meta.service_model.operation_names
    return [name[:1].lower() + name[1:] for name in names]


def client_of(service: str) -> Any:
    """boto3's client of the service that definitions call ``service``; made once a process."""
    client = _clients.get(service)
    if client is None:
        available = _session.get_available_services()
        name = boto_service(service, available)
        if name is None:
            raise refused(
                f"There is no service '{service}'"
                + did_you_mean(service, sdk_services(available))
                + f" in boto3 {boto3.__version__}"
            )
        client = _clients[service] = make_client(name)
    return client


def make_client(name: str) -> Any:
    """A client of boto3 for the worker's region, credentials and endpoint."""
    endpoint = endpoint_of(name)
    config = botocore.config.Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": 1},
        # Services say themselves what is missing, in the words that are recorded.
        parameter_validation=False,
        # What stands in for S3 has no host name for each bucket.
        s3={"addressing_style": "path"} if endpoint else None,
    )
    try:
        return _session.client(name, endpoint_url=endpoint, config=config)
    except (boto_errors.BotoCoreError, ValueError) as error:
        raise TaskError(
            "Pawl.WorkerConfiguration",
            f"The worker cannot make a client of the service '{name}': {error}",
        ) from None


def endpoint_of(name: str) -> Any:
    """The endpoint that the environment sets, or None.

    ``AWS_ENDPOINT_URL_SQS`` goes before ``AWS_ENDPOINT_URL`` (AWS SDKs and Tools Reference Guide,
    "Service-specific endpoints"); older releases of botocore do not read them. Between them stand
    the names of Step Functions Local (``SQS_ENDPOINT``, ``SAGE_MAKER_ENDPOINT``).
    """
    model = _session._session.get_service_model(name)
    variable = model.service_id.replace(" ", "_").upper()
    names = [
        f"AWS_ENDPOINT_URL_{variable}",
        LOCAL_ENDPOINTS.get(name, f"{name.replace('-', '_').upper()}_ENDPOINT"),
        "AWS_ENDPOINT_URL",
    ]
    return next((os.environ[name] for name in names if os.environ.get(name)), None)
