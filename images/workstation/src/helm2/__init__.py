"""Takes Helm 2's command line, as documents of its time type it, and has a current Helm do the work.

Two things differ that such a document meets: a release without a name gets one, and what is printed after an
installation. `translate` decides what the real program is called with, `names` makes up a name, `output`
rewrites what was printed, `__main__` runs. What is not of Helm 2 alone passes through unchanged.
"""
