"""Tries one way out and says how that ended, as one JSON line.

`python3 -m lab.parts.probe tcp 198.51.100.7 443` runs in a pod of the probe image, or elsewhere from the seal
container through nsenter. Standard library only.
"""
