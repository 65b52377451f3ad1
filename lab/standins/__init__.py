"""Programs that run inside containers of the lab; each stands alone and imports nothing of its rooms."""
