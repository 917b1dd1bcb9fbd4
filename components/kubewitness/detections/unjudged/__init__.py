"""Finds the events that a detection could not judge because a part of them was truncated.

A detection could not judge an event if the readable part satisfies every condition that it can
decide, and the truncated part would decide the others. `conditions` evaluates conditions in
three-valued logic, `pipelines` rewrites a query to return such events, `evaluate` runs it.
"""
