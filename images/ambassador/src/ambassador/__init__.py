"""Stand-in for Ambassador 0.30.1: a gateway that reads its routes off the annotations of services.

What it does is written in kubeflow-facts.md, 3.3; nginx carries the traffic where the original has Envoy.
"""
