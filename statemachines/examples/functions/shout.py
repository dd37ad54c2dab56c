"""Says a text louder."""


def handler(event, context):
    return event["text"].upper()
