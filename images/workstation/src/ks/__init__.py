"""Plays ksonnet's `ks` (0.12) as far as the document types it. Runs on the workstation as `python3 -m ks`.

Read `cli` and `commands` first, then `app` (the folder), `prototypes` and `components` (what may be generated
and what was), `paramtext` (parameter files edited as text), `rendering` (jsonnet to objects) and `cluster`
(objects to Kubernetes).
Nothing of Kubeflow is in here: prototypes are files of the registry. The only way out is `kubectl`.
The original finds the cluster by the server in app.yaml; this one goes where kubectl goes.
"""
