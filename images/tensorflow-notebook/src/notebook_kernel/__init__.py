"""The kernel of a notebook: IPython's own, where `tensorflow` has the names that it had in version 1."""
