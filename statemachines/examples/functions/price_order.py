"""Prices one order of several."""


def handler(event, context):
    order = event["order"]
    total = order["pieces"] * order["price"] * (100 - event["discount"]) / 100
    return {"position": event["position"], "article": order["article"], "total": total}
