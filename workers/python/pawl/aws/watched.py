"""Waits for the end of what a Task has started, whatever tells its state."""

from __future__ import annotations

import time
from typing import Any, Optional, Protocol

from pawl.task_error import TaskError

# Seconds between two questions: the first, and by how much it grows.
FIRST_PAUSE = 1.0
PAUSE_GROWTH = 1.5
# So many failures to ask, one after the other, are waited out: ten minutes of a service that is
# away. A job that is not there (yet) is asked for less often.
FAILED_QUESTIONS_MAX = 20
ABSENT_MAX = 5
# The process is killed soon after it was told to stop the job.
STOP_ATTEMPTS = 3


class Gone(Exception):
    """The service knows no such job."""

    def __init__(self, error: Optional[TaskError]) -> None:
        super().__init__()
        self.error = error


class Away(Exception):
    """The service could not be asked, for a reason that passes."""

    def __init__(self, error: TaskError) -> None:
        super().__init__()
        self.error = error


class Watched(Protocol):
    """One job that was started."""

    @property
    def ends_gone(self) -> bool:
        """Whether a job that there is no longer has succeeded."""

    def ask(self) -> Any:
        """What the service says of the job. Raises Gone, Away or TaskError."""

    def has_ended(self, subject: Any) -> bool:
        """Whether it has ended well. Raises TaskError where it has ended otherwise."""

    def result(self, subject: Any) -> Any:
        """The task's result; ``subject`` is what was last said, None if nothing was."""

    def unknown(self) -> TaskError:
        """The failure for a job that is not there."""

    def stop(self) -> None:
        """Asks the service to stop the job, as far as it can; says so where that fails."""


def end_of(watched: Watched, longest: float) -> Any:
    """Waits for the end and returns the task's result; ``longest`` seconds are a pause."""
    pause = min(FIRST_PAUSE, longest)
    failed = absent = 0
    last: Any = None
    while True:
        try:
            last = watched.ask()
            failed = absent = 0
            if watched.has_ended(last):
                return watched.result(last)
        except Gone as gone:
            if watched.ends_gone:
                return watched.result(last)
            absent += 1
            if absent == ABSENT_MAX:
                raise gone.error or watched.unknown() from None
        except Away as away:
            failed += 1
            if failed == FAILED_QUESTIONS_MAX:
                raise away.error from None
        time.sleep(pause)
        pause = min(pause * PAUSE_GROWTH, longest)
