"""What all functions are made with: the code, the two layers of its dependencies, and where data is kept."""

from pathlib import Path

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk import assets
from cdk.settings import Settings
from cdk.storage import Storage

_ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}


class Workshop(Construct):
    """Handed to every room; a room makes its functions with it."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, storage: Storage, root: Path
    ) -> None:
        super().__init__(scope, construct_id)
        self.settings = settings
        self.storage = storage
        self.runtime = lambda_.Runtime(
            f"python{settings.python}", lambda_.RuntimeFamily.PYTHON, supports_snap_start=True
        )
        self.architecture = _ARCHITECTURES[settings.architecture]
        code = assets.code(
            root, taxonomy=settings.taxonomy, gate=settings.gate, prices=settings.prices, bindings=settings.bindings
        )
        self.code = lambda_.Code.from_asset(str(code), asset_hash=code.name)
        self.basic_layer = self._layer("Runtime", root)
        self.science_layer = self._layer("Science", root)

    def _layer(self, name: str, root: Path) -> lambda_.LayerVersion:
        archive = self._archive(name.lower(), root)
        return lambda_.LayerVersion(
            self,
            name,
            code=lambda_.Code.from_asset(str(archive), asset_hash=f"{name.lower()}-{archive.stem}"),
            compatible_runtimes=[self.runtime],
            compatible_architectures=[self.architecture],
            description=f"lambdas/{name.lower()}.lock",
        )

    def _archive(self, name: str, root: Path) -> Path:
        settings = self.settings
        if not settings.bundle:
            return assets.empty_layer(root)
        return assets.layer(root, name, python=settings.python, architecture=settings.architecture)
