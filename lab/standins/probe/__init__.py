"""Tries one way out and says how that ended, as one JSON line.

`python3 -m probe tcp 198.51.100.7 443`: in pods from the probe image, elsewhere from the seal container by
nsenter. Standard library only.
"""
