"""A job from its data to its rows, in whichever process it runs."""
