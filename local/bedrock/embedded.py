"""The embedded Bedrock of this project: MiniStack's account and S3, and the models of `local.bedrock.models`.

The models bring onnxruntime and numpy along (0.5 s, 100 MB), so they are imported when the first of them is needed.
"""

import os
from collections.abc import Iterable, Mapping
from functools import partial

from local.bedrock.backend import Scale, Trained, Verdict
from local.bedrock.catalogue.cards import Role
from local.bedrock.catalogue.table import CATALOGUE
from local.bedrock.core import Core
from local.bedrock.jobs.files import S3Files
from local.bedrock.models.types import Model
from local.bedrock.names import Place
from local.bedrock.rights import Evaluated, Unasked
from local.bedrock.service import Bedrock


class EmbeddedModels:
    """The `Backend` that does real work."""

    cards = CATALOGUE

    def model(self, role: Role) -> Model:
        """As `Backend.model`."""
        from local.bedrock.models import registry  # noqa: PLC0415

        return registry.for_role(role)

    def train(self, records: Iterable[Mapping[str, object]], teacher: Model | None) -> Trained:
        """As `Backend.train`, for the modalities of the project's taxonomy."""
        from intent.taxonomy import load  # noqa: PLC0415
        from local.bedrock.jobs.training_loss import training_loss  # noqa: PLC0415
        from local.bedrock.models import registry  # noqa: PLC0415

        kept = [dict(record) for record in records]
        modalities = load().modalities
        artefact = registry.train(kept, teacher, modalities)
        return Trained(artefact, (training_loss(artefact, kept, teacher, modalities),))

    def load(self, artefact: bytes) -> Model:
        """As `Backend.load`."""
        from local.bedrock.models import registry  # noqa: PLC0415

        return registry.from_artefact(artefact)

    def rate(self, *, instructions: str, prompt: str, prediction: str, reference: str | None, scale: Scale) -> Verdict:
        """As `Backend.rate`."""
        from local.bedrock.models import judge  # noqa: PLC0415

        rating = judge.rate(instructions, prompt, prediction, reference, scale)
        return Verdict(rating.value, rating.explanation)


def embedded() -> Bedrock:
    """For the MiniStack in this process, which listens on GATEWAY_PORT."""
    from ministack.app import AUTH  # noqa: PLC0415
    from ministack.core.responses import get_account_id, get_region  # noqa: PLC0415  (reads the environment on import)
    from ministack.core.tls import use_ssl_enabled  # noqa: PLC0415

    place = Place(get_account_id(), get_region())
    endpoint = f"{'https' if use_ssl_enabled() else 'http'}://127.0.0.1:{os.environ['GATEWAY_PORT']}"
    files = S3Files(endpoint, place.region, partial(_keys, place) if AUTH else None)
    rights = Evaluated(place.region) if AUTH else Unasked()
    return Bedrock(Core(place=place, files=files, backend=EmbeddedModels(), rights=rights))


def _keys(place: Place, role: str) -> Mapping[str, str]:
    """A session of the role that a job works under, made as MiniStack makes one for the role of a function."""
    from ministack.core.lambda_runtime import execution_credentials  # noqa: PLC0415

    worker = f"arn:aws:lambda:{place.region}:{place.account}:function:bedrock-jobs"
    made = execution_credentials({"FunctionArn": worker, "FunctionName": "bedrock-jobs", "Role": role})
    return {name.lower(): value for name, value in made.items()}
