"""Greets whoever the input names."""


def handler(event, context):
    return f"Hello, {event.get('name', 'world')}!"
