"""Settings of the hub: a placeholder until the hub's own are here."""
