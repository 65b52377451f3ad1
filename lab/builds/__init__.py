"""How images come to be and reach the nodes: bases, builds, the OCI store, delivery.

`ensure_bases` and `build` make images from the plain Dockerfiles of `images/`; `Store` takes them out of the
engine (or out of a user's `docker load` archive) once; `deliver` pushes what the lab's registry lacks and has
the nodes pull it under the original names.
"""
