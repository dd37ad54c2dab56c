"""Charges an order."""

import os

from prices import price_of


def handler(event, context):
    """Adds what the order costs."""
    return {**event, "price": price_of(event["item"]), "stage": os.environ["STAGE"]}
