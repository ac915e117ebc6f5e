"""Calls to a service: each item waits 50 ms for the reply and computes almost nothing."""

import time


def fetch(number):
    time.sleep(0.05)  # in place of a request
    return {"order": number, "total": number * 1.2}


ORDERS = list(range(100))
