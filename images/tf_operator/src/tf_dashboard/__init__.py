"""Plays the TFJob dashboard of tf_operator:v0.2.0: a page at /tfjobs/ui/ over an API at /tfjobs/api/.

Facts: kubeflow/tf-operator v0.2, dashboard/backend/handler. What its service account may not do (namespaces,
logs of pods) is refused by the API server, and its words are passed on with status 500.
"""
