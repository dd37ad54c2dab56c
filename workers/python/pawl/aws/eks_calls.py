"""The integrations of Amazon EKS that call a cluster's Kubernetes in place of EKS's own API.

Step Functions Developer Guide, "Create and manage Amazon EKS clusters with Step Functions".
"""

from __future__ import annotations

import time
from typing import Any, Optional

from pawl.aws.kubernetes import ERROR, PARAMETERS, Cluster
from pawl.aws.paths import value_at
from pawl.aws.shapes import found, json_text
from pawl.aws.watched import FIRST_PAUSE, STOP_ATTEMPTS, Away, Gone
from pawl.aws.web import check_names, client_failure, lists_of, optional_text, text_of, word_of
from pawl.http.answer import answer_of, body_of, is_success
from pawl.http.answer import text_of as body_text
from pawl.http.exchange import BODY_BYTES_MAX, Response
from pawl.http.request import METHODS
from pawl.payload import read_event
from pawl.task_error import TaskError, refused

CALL = "eks:call"
RUN_JOB = "eks:runJob"
CALL_PARAMETERS = (*PARAMETERS, "Method", "Path", "QueryParameters", "RequestBody")
RUN_JOB_PARAMETERS = (*PARAMETERS, "Job", "LogOptions", "Namespace")
LOG_OPTIONS = ("LogParameters", "RawLogs", "RetrieveLogs")
DEFAULT_NAMESPACE = "default"
# A list of pods says much of each.
PODS_BYTES_MAX = 4 * 1024 * 1024
BUSY = 429
ABSENT = 404


def call(parameters: Any, session: Any) -> dict[str, Any]:
    """Sends any request to a cluster's Kubernetes and returns the task's result.

    Raises TaskError ``EKS.404`` and the like, with the body as the cause.
    """
    given = check_names(parameters, CALL, CALL_PARAMETERS)
    cluster = Cluster(given, session)
    method = word_of(given, "Method", METHODS)
    query = lists_of(given, "QueryParameters")
    return answer_of(
        cluster.ask(method, text_of(given, "Path"), query, given.get("RequestBody")), ERROR
    )


def run_job(parameters: Any, session: Any) -> dict[str, Any]:
    """Creates a Job and returns what Kubernetes answers. Raises TaskError as ``call`` does."""
    given = check_names(parameters, RUN_JOB, RUN_JOB_PARAMETERS)
    log_options_of(given)
    job = given.get("Job")
    if not isinstance(job, (dict, str)):
        raise refused(f"'Job' must be an object, found {found(job)}")
    path = jobs_path(optional_text(given, "Namespace") or DEFAULT_NAMESPACE)
    return answer_of(Cluster(given, session).ask("POST", path, body=job), ERROR)


def jobs_path(namespace: str) -> str:
    """Where a namespace's Jobs are."""
    return f"/apis/batch/v1/namespaces/{name_in_path(namespace)}/jobs"


def name_in_path(name: str) -> str:
    """A name that leads to no other place of the API. Raises TaskError."""
    if "/" in name or "%" in name or name in (".", ".."):
        raise refused(f"{json_text(name)} is no name of Kubernetes")
    return name


def log_options_of(parameters: dict[str, Any]) -> dict[str, Any]:
    """What is wanted of the logs. Raises TaskError."""
    given = parameters.get("LogOptions")
    options = {} if given is None else check_names(given, f"LogOptions of {RUN_JOB}", LOG_OPTIONS)
    for name in ("RawLogs", "RetrieveLogs"):
        if not isinstance(options.get(name, False), bool):
            raise refused(f"'LogOptions.{name}' must be a boolean, found {found(options[name])}")
    lists_of(options, "LogParameters")
    return options


class WatchedKubernetesJob:
    """One Job that was created."""

    # A Job that there is no longer has not come to an end.
    ends_gone = False

    def __init__(self, event: dict[str, Any], session: Any) -> None:
        """``event`` as for pawl.aws.waiting.handler."""
        parameters = event["Parameters"]
        self._cluster = Cluster(parameters, session)
        self._log_options = log_options_of(parameters)
        metadata = value_at(event["Started"], "ResponseBody.metadata") or {}
        self._name = name_in_path(text_of(metadata, "name"))
        self._namespace = name_in_path(
            optional_text(metadata, "namespace")
            or optional_text(parameters, "Namespace")
            or DEFAULT_NAMESPACE
        )
        self._path = f"{jobs_path(self._namespace)}/{self._name}"

    def ask(self) -> Any:
        """The Job as it is now."""
        job = body_of(self._asked("GET"))
        if not isinstance(job, dict):
            raise client_failure(ERROR, f"Unable to take the response: it is {found(job)}, no Job")
        return job

    def has_ended(self, subject: Any) -> bool:
        """Whether it is complete. Raises TaskError where it has failed."""
        if has_condition(subject, "Failed"):
            raise TaskError("States.TaskFailed", json_text(self.result(subject)))
        return has_condition(subject, "Complete")

    def result(self, subject: Any) -> Any:
        """The Job, with the logs that its task asks for."""
        if not self._log_options.get("RetrieveLogs", False):
            return subject
        return {**subject, "logs": self._logs()}

    def unknown(self) -> TaskError:
        """The failure for a Job that the cluster does not know."""
        return TaskError("States.TaskFailed", f"The cluster has no Job '{self._name}'")

    def stop(self) -> None:
        """Deletes the Job and its pods."""
        for attempt in range(1, STOP_ATTEMPTS + 1):
            try:
                self._asked("DELETE", {"propagationPolicy": ["Background"]})
            except Gone:
                pass
            except Away as away:
                if attempt < STOP_ATTEMPTS:
                    time.sleep(FIRST_PAUSE)
                    continue
                self._say_kept(away.error)
            except TaskError as error:
                self._say_kept(error)
            return

    def _say_kept(self, error: TaskError) -> None:
        print(f"The Job '{self._name}' could not be deleted: {error.name}: {error.cause}")

    def _asked(self, method: str, query: Optional[dict[str, list[Any]]] = None) -> Response:
        """What the cluster answers of the Job. Raises Away, Gone or TaskError."""
        try:
            response = self._cluster.ask(method, self._path, query)
        except TaskError as error:
            if error.name == f"{ERROR}.SdkClientException":
                raise Away(error) from None
            raise
        if is_success(response):
            return response
        failure = failure_of(response)
        if response.status >= 500 or response.status == BUSY:
            raise Away(failure)
        if response.status == ABSENT:
            raise Gone(failure)
        raise failure

    def _logs(self) -> dict[str, Any]:
        """What all containers wrote; as well as it can be had."""
        pods_path = f"/api/v1/namespaces/{self._namespace}/pods"
        selector = {"labelSelector": [f"job-name={self._name}"]}
        try:
            response = self._cluster.ask("GET", pods_path, selector, body_bytes_max=PODS_BYTES_MAX)
            pods = value_at(answer_of(response, ERROR), "ResponseBody.items") or []
        except TaskError as error:
            return failed_log(error)
        size = 0
        logs: dict[str, Any] = {}
        for pod in pods:
            name = str(value_at(pod, "metadata.name"))
            containers: dict[str, Any] = {}
            for container in value_at(pod, "spec.containers") or []:
                path = f"{pods_path}/{name_in_path(name)}/log"
                log, log_bytes = self._log(path, str(value_at(container, "name")))
                size += log_bytes
                if size > BODY_BYTES_MAX:
                    raise self._too_much_log()
                containers[str(value_at(container, "name"))] = log
            logs[name] = {"containers": containers}
        return {"pods": logs}

    def _log(self, path: str, container: str) -> tuple[dict[str, Any], int]:
        """One container's log, and how many bytes it has."""
        query = {**lists_of(self._log_options, "LogParameters"), "container": [container]}
        try:
            response = self._cluster.ask("GET", path, query)
            if not is_success(response):
                raise failure_of(response)
            text = body_text(response)
        except TaskError as error:
            return failed_log(error), 0
        value = text if self._log_options.get("RawLogs", False) else json_or_text(text)
        return {"log": value}, len(response.body)

    def _too_much_log(self) -> TaskError:
        return TaskError(
            "States.DataLimitExceeded",
            f"The logs of the Job '{self._name}' have more than {BODY_BYTES_MAX} bytes; "
            "'LogOptions.LogParameters' such as tailLines or limitBytes limit them",
        )


def failure_of(response: Response) -> TaskError:
    """The failure that a status other than one of success is."""
    return TaskError(f"{ERROR}.{response.status}", body_text(response) or response.reason)


def failed_log(error: TaskError) -> dict[str, str]:
    """What stands in place of a log that cannot be had."""
    return {"error": error.name, "cause": error.cause}


def json_or_text(text: str) -> Any:
    """The value of a JSON text; any other text itself."""
    try:
        return read_event(text)
    except (ValueError, RecursionError):
        return text


def has_condition(job: Any, name: str) -> bool:
    """Whether a Job's status says that it is so (Kubernetes, "JobCondition")."""
    return any(
        value_at(one, "type") == name and value_at(one, "status") == "True"
        for one in value_at(job, "status.conditions") or []
    )
