"""Values inside JSON, by paths such as ``Started.Tasks.0.TaskArn``."""

from __future__ import annotations

from typing import Any, Mapping


def value_at(value: Any, path: str) -> Any:
    """What a path of members and indexes leads to; None where it leads nowhere."""
    for part in path.split(".") if path else []:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def filled(template: Mapping[str, Any], root: Any) -> dict[str, Any]:
    """The object whose members are paths, or lists of one, with what they lead to in ``root``.

    A text that begins with "=" is itself, without that. What leads nowhere is left out: which
    members a call misses, its service says.
    """
    members = {name: _filled(value, root) for name, value in template.items()}
    return {name: value for name, value in members.items() if value not in (None, [])}


def _filled(value: Any, root: Any) -> Any:
    if isinstance(value, list):
        items = [_filled(item, root) for item in value]
        return [item for item in items if item is not None]
    return value[1:] if value.startswith("=") else value_at(root, value)
