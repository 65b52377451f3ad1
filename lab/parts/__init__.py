"""The lab's own programs that run inside its containers. Each has the same import name there as here.

A part imports nothing else of `lab`: its image holds its own folder and no more.
"""
