"""The one seam to S3 and SSM: objects of a run, the lease, the active pointer."""
