"""The app on this machine: an embedded AWS, and the tools around it."""
