"""Plays tf_sample:dc944ff, the smoke test of 2017 that places a product on every process of a TensorFlow job.

What TensorFlow does is real: a gRPC server in each process, and results that the peers have computed. The
version lines are the original's; a line of its own says what runs. Facts: kubeflow-facts 1.7.
"""
