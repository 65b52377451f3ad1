"""Measurements, run by hand: `python -m tests.bench` for all of them, `python -m tests.bench delivery` for one.

A measurement compares within one run, in alternating order, and takes medians. It makes what it needs under
names of its own (`bench`, `benchkind`) and removes it whatever happens; a lab that stands is left alone.
"""
