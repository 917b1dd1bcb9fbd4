"""Leaves secrets out of what is shown of logs: what is not recognisably harmless is not shown.

No list of secrets is complete. So each kind of text has a rule for what may be shown, and the rest
becomes `[redacted]`. `kubewitness query` and `export` return the stored text unchanged.
"""
