"""The state machine of tests/pipeline, and an account of nobody."""

from tests.pipeline.conftest import definition, substituted

__all__ = ["definition", "substituted"]
