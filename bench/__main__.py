"""`python -m ucrbench.bench`: the command line."""

from .cli import main

main()
