"""What the chapters say and data could refute: tried on fresh seeds and neighbouring settings."""
