"""What the stand-ins of two job operators share: the API server, events, Go's flags, and log lines.

Each image copies it to the place that it has here, so that it is imported by one name everywhere.
"""
