"""The steps of the pipeline."""

import os


def extract(event, context):
    """Makes as many rows as the event asks for."""
    return {"rows": list(range(event["count"])), "approve": event.get("approve", False)}


def transform(event, context):
    """One row."""
    return event * int(os.environ["FACTOR"])
