"""From what is asked for to a list of jobs, each with its key, its cost and how it stands."""
