"""ARNs of the embedded Bedrock."""

from dataclasses import dataclass

from local.bedrock.store import new_id


@dataclass(frozen=True, slots=True)
class Place:
    """The account and Region that the embedded AWS plays."""

    account: str
    region: str

    def arn(self, kind: str, *path: str) -> str:
        """Of something in the account, as `arn:aws:bedrock:us-east-1:000000000000:<kind>/<path>/<new id>`."""
        return f"arn:aws:bedrock:{self.region}:{self.account}:{'/'.join([kind, *path, new_id()])}"

    def profile(self, profile_id: str) -> str:
        """Of a system-defined inference profile."""
        return f"arn:aws:bedrock:{self.region}:{self.account}:inference-profile/{profile_id}"

    def foundation_model(self, model_id: str) -> str:
        """Of a foundation model, which no account owns."""
        return f"arn:aws:bedrock:{self.region}::foundation-model/{model_id}"
