"""Layers of the networks, and how a CPU computes them: in few passes over memory, in little of it."""
