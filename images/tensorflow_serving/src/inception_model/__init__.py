"""Makes the model that stands where the Katacoda image has Inception V3, and a picture that it never saw.

A small network is really trained, at the image's build, on drawings made by code: `drawings` says what is on
one (pure), `raster` paints it, `network` learns, `export` writes the SavedModel. Inputs, outputs and what
happens to a picture in the graph are those of the Inception example; labels are ImageNet's, eight of them.
Only `raster`, `network`, `export` and `__main__` need numpy and TensorFlow.
"""
