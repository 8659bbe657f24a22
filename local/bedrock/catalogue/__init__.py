"""The foundation models: which exist, how long, and what they may be used for."""
