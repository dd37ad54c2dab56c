"""Greets."""


def handler(event, context):
    """Whoever the event names."""
    return "hello " + event["name"]
