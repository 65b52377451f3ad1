"""Stand-in for spartakus v1.0.0 as a volunteer: counts the nodes and reports them, at its start and daily.

Where the collector cannot be reached it says so and stays, as the original does.
"""
