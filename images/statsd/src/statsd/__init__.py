"""Stand-in for Ambassador's statsd 0.30.1: what comes in on UDP 8125 goes on to `statsd-sink`.

Nothing of that name is deployed by Kubeflow 0.2, so each packet asks the resolver for it in vain.
"""
