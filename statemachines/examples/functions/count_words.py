"""Counts the words of a text."""


def handler(event, context):
    return len(event["text"].split())
