"""Plays the training program of gcr.io/kubeflow-ci/pytorch-dist-mnist_test:1.0.

It really trains: several processes over gloo, on whatever IDX set answers for yann.lecun.com. The order is
the original's: the ranks meet first (`rendezvous`), then each loads the set (`download`), takes its share
(`shares`) and trains (`training`). Only `model`, `training` and `__main__` need torch.
"""
