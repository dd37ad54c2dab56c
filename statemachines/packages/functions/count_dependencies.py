"""Counts what each package of a batch depends on; a step that fails at random."""

import random
from typing import Any

from batch_files import batch_path, key_of, read_batch, write_lines


class ServiceIsBusy(Exception):
    """Try again later."""


def is_busy(settings: dict[str, Any], batch: int, attempt: int) -> bool:
    """Drawn from seed, batch and attempt alone, so that a run can be repeated."""
    draw = random.Random(f"{settings['seed']}/{batch}/{attempt}").randrange(100)
    return bool(draw < settings["failure_percent"])


def dependency_count(record: dict[str, Any]) -> int:
    """Alternatives (a | b) count once."""
    fields = (record["depends"], record["pre_depends"])
    return sum(1 for field in fields for part in field.split(",") if part.strip())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    batch = event["batch"]
    if is_busy(event["settings"], batch["number"], event["attempt"]):
        raise ServiceIsBusy(f"batch {batch['number']}, attempt {event['attempt']}")
    path = batch_path(event["settings"], batch, "dependencies")
    counts = (
        {"key": key_of(record), "dependencies": dependency_count(record)}
        for record in read_batch(batch)
    )
    return {"file": path, "records": write_lines(path, counts)}
