"""Stand-in for Kubeflow's central dashboard v0.2.1: one page on port 8082, with links to the other parts.

As the original's it asks three public hosts for its looks, so that a browser inside the gap shows it bare.
"""
