"""Waits for jobs that Task states have started: the worker's own function ``pawl:aws-job``.

The call that starts a job is a task of its own (pawl.aws.task), whose answer the engine keeps; this
function gets that answer and asks for the job's state until it has ended. It holds nothing that a
crash could lose: delivered again, it goes on asking for the same job.

Where nobody waits for the job any more, because the execution was stopped, the state timed out or
another branch failed, the pool sends SIGUSR1 and gives the process a while to stop the job.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import Any, Iterator

import botocore  # type: ignore[import]
import botocore.exceptions as boto_errors  # type: ignore[import]

from pawl.aws import eks_calls
from pawl.aws.failures import Failures
from pawl.aws.job_table import Job
from pawl.aws.paths import filled, value_at
from pawl.aws.shapes import ResultError, Results, json_text
from pawl.aws.task import SYNC, api_of, aws_session, client_of, job_of, without_metadata
from pawl.aws.watched import FIRST_PAUSE, STOP_ATTEMPTS, Away, Gone, Watched, end_of
from pawl.context import Context
from pawl.task_error import TaskError, refused

# Seconds between two questions at most, which the environment may set.
LONGEST_PAUSE = 30.0
LONGEST_PAUSE_VARIABLE = "PAWL_AWS_JOB_POLL_SECONDS"

CANCEL_SIGNAL = signal.SIGUSR1

# Codes of errors that a service answers when it has too much to do.
BUSY = (
    "Throttl",
    "TooManyRequests",
    "RequestLimitExceeded",
    "SlowDown",
    "ServiceUnavailable",
    "InternalFailure",
    "InternalServer",
)


class Cancelled(BaseException):
    """Nobody waits for the job any more."""


def handler(event: dict[str, Any], _: Context) -> Any:
    """Returns what the job came to, in the shape of the integration.

    ``event`` is ``{"Resource": "glue:startJobRun.sync", "Parameters": {…}, "Started": {…}}`` with
    what the call answered that started the job. Raises TaskError: ``States.TaskFailed`` with the
    job's description as cause, or the service's own error where it cannot be asked.
    """
    watched = watched_job(event)
    with cancellable():
        try:
            return end_of(watched, longest_pause())
        except Cancelled:
            signal.signal(CANCEL_SIGNAL, signal.SIG_IGN)
            watched.stop()
            # No answer is wanted, and an answer might be taken for the task's.
            raise SystemExit from None


def watched_job(event: dict[str, Any]) -> Watched:
    """What the event waits for. Raises TaskError."""
    if event["Resource"] == eks_calls.RUN_JOB + SYNC:
        return eks_calls.WatchedKubernetesJob(event, aws_session())
    return WatchedJob(job_of(event["Resource"]), event)


def longest_pause() -> float:
    """Seconds, from the environment. Raises TaskError where that is no number of them."""
    text = os.environ.get(LONGEST_PAUSE_VARIABLE, "")
    if not text:
        return LONGEST_PAUSE
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.01 <= seconds <= 3600:
        raise TaskError(
            "Pawl.WorkerConfiguration",
            f"{LONGEST_PAUSE_VARIABLE}: expected seconds from 0.01 to 3600, found '{text}'",
        )
    return seconds


@contextlib.contextmanager
def cancellable() -> Iterator[None]:
    """Lets the pool's signal end what runs inside with Cancelled."""

    def cancel(*_: object) -> None:
        raise Cancelled

    before = signal.signal(CANCEL_SIGNAL, cancel)
    try:
        yield
    finally:
        signal.signal(CANCEL_SIGNAL, before)


class WatchedJob:
    """One job of a service's API."""

    def __init__(self, job: Job, event: dict[str, Any]) -> None:
        """``event`` as for the handler."""
        self._job = job
        self._event = event
        self._service, _, action = event["Resource"].removesuffix(SYNC).partition(":")
        self._client = client_of(api_of(self._service, action))
        self._describe = self._operation(job.describe)
        self._arguments = filled(job.arguments, event)

    @property
    def ends_gone(self) -> bool:
        return self._job.ends_gone

    def ask(self) -> Any:
        """The subject, as JSON."""
        try:
            answer = self._call(self._describe, self._arguments)
        except (boto_errors.BotoCoreError, boto_errors.ClientError) as error:
            failure = self._failures(self._describe).of(error)
            if is_passing(error):
                raise Away(failure) from None
            if is_absent(error):
                raise Gone(failure) from None
            raise failure from None
        try:
            described = Results(self._describe, True).write(answer)
        except ResultError as error:
            cause = f"Unable to take the response: {error}"
            raise self._failures(self._describe).client(cause) from None
        subject = value_at(described, self._job.subject)
        if subject is None:
            raise Gone(None)
        return subject

    def has_ended(self, subject: Any) -> bool:
        """Whether it has ended well. Raises TaskError where it has ended otherwise."""
        state = value_at(subject, self._job.state)
        has_failed = self._job.has_failed
        if state in self._job.failed or (
            state in self._job.succeeded and has_failed is not None and has_failed(subject)
        ):
            raise TaskError("States.TaskFailed", json_text(self.result(subject)))
        return state in self._job.succeeded

    def result(self, subject: Any) -> Any:
        started = without_metadata(self._event["Started"])
        if subject is None:
            return started
        result = {self._job.member: subject} if self._job.member else subject
        return {**started, **result} if self._job.keeps_answer else result

    def unknown(self) -> TaskError:
        return TaskError(
            "States.TaskFailed",
            f"{self._job.describe} of '{self._service}' knows no job {json_text(self._arguments)}",
        )

    def stop(self) -> None:
        """Asks the service to stop the job, as far as the service can; says so where it fails."""
        if not self._job.stop:
            return
        model = self._operation(self._job.stop)
        arguments = filled(self._job.stop_arguments, self._event)
        for attempt in range(1, STOP_ATTEMPTS + 1):
            try:
                self._call(model, arguments)
                return
            except (boto_errors.BotoCoreError, boto_errors.ClientError) as error:
                if attempt == STOP_ATTEMPTS or not is_passing(error):
                    failure = self._failures(model).of(error)
                    print(f"The job could not be stopped: {failure.name}: {failure.cause}")
                    return
            time.sleep(FIRST_PAUSE)

    def _operation(self, name: str) -> Any:
        model = self._client.meta.service_model
        if name not in model.operation_names:
            raise refused(
                f"The worker's boto3 has no {name} of '{self._service}'; a later release has"
            )
        return model.operation_model(name)

    def _failures(self, operation: Any) -> Failures:
        return Failures(operation, self._service, True)

    def _call(self, operation: Any, arguments: dict[str, Any]) -> Any:
        return getattr(self._client, botocore.xform_name(operation.name))(**arguments)


def is_passing(error: Exception) -> bool:
    """Whether the service may answer a little later: it is busy, away or cannot be reached."""
    if not isinstance(error, boto_errors.ClientError):
        return isinstance(error, boto_errors.HTTPClientError)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or any(part in code_of(error) for part in BUSY)


def is_absent(error: Exception) -> bool:
    """Whether the service says that there is no such thing."""
    return isinstance(error, boto_errors.ClientError) and "NotFound" in code_of(error)


def code_of(error: Any) -> str:
    """The code of an error that a service has answered."""
    return str(error.response.get("Error", {}).get("Code", ""))
