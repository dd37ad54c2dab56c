"""How the functions that belong to the worker itself fail."""

from __future__ import annotations


class TaskError(Exception):
    """The task fails with exactly this error name and cause, as AWS's own integrations fail.

    Any other exception becomes the JSON object that AWS Lambda makes of it.

    Attributes:
        name: The ASL error name, such as ``S3.NoSuchKeyException``.
        cause: The text of the cause.
    """

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(f"{name}: {cause}")
        self.name = name
        self.cause = cause


def refused(cause: str) -> TaskError:
    """A call that can never be made as it stands: neither Retry nor Catch sees it."""
    return TaskError("States.Runtime", cause)
