"""The workstation's browser, told by JSON what to do and telling by lines of JSON what came of it.

Runs where the lab's own package is not: nothing here imports it. Playwright is imported at the edge only.
"""
