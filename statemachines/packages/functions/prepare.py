"""First step: settles where everything is."""

import os
from typing import Any

DEFAULTS: dict[str, Any] = {
    "status_file": "/var/lib/dpkg/status",
    "lists_dir": "/var/lib/apt/lists",
    "batches": 40,
    "seed": 1,
    "failure_percent": 30,
}


class WrongInput(Exception):
    """The execution's input cannot be used; trying again will not help."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    known = {*DEFAULTS, "work_dir", "database"}
    unknown = sorted(set(event) - known)
    if unknown:
        raise WrongInput(f"unknown members {unknown}; expected some of {sorted(known)}")
    if not isinstance(event.get("work_dir"), str) or not os.path.isabs(event["work_dir"]):
        raise WrongInput("expected 'work_dir', the absolute path of a directory to work in")
    settings = {**DEFAULTS, **event}
    for name, low, high in (("batches", 1, 400), ("failure_percent", 0, 100)):
        value = settings[name]
        if not isinstance(value, int) or not low <= value <= high:
            raise WrongInput(f"{name}: expected an integer from {low} to {high}, found {value!r}")
    os.makedirs(settings["work_dir"], exist_ok=True)
    settings.setdefault("database", os.path.join(settings["work_dir"], "packages.sqlite"))
    return settings
