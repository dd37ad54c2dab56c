"""Fails as often as it is told to, as a service far away does."""


class Unreachable(Exception):
    """Worth another attempt."""


def handler(event, context):
    if event["attempt"] < event["fails"]:
        raise Unreachable(f"attempt {event['attempt'] + 1} found nobody")
    return {"fetched": True, "attempts": event["attempt"] + 1}
