"""The composed node image: what `kindest/node` is, where it cannot be pulled.

`compose` is the door. `binaries` builds the Go programs, `archives` packs the component images that kubeadm
starts, and the Dockerfile of `images/node` puts them on Debian.
"""
