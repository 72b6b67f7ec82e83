"""Statistics of a report: ranks, tests, effects, shares, and the tables of them."""
