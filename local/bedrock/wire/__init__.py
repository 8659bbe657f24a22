"""rest-json both ways: what a caller sent, checked against botocore's service model, and what goes back."""
