"""Faults that a test switches on: the client that asks for them, and the server's table."""
