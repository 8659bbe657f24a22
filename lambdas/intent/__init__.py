"""The domain: modalities, weights, prompts, records and scores. No AWS, no environment, no logging."""
