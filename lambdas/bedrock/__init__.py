"""The one seam to Amazon Bedrock: asking a model, and the control plane of jobs and deployments."""
