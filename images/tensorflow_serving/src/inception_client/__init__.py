"""Plays TensorFlow Serving's example client: asks a model server what is on a picture, prints the answer.

`flags` reads the command line, `failures` gives errors their old names and `digits` numbers their old length,
`messages` has the protocol without loading TensorFlow, `__main__` asks.
Facts: tensorflow/serving 1.4.0, example/inception_client.py.
"""
