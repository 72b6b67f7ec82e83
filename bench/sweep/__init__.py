"""The jobs of a plan to workers, and what comes of them to the store."""
