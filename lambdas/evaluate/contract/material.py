"""What a report says of the run's data set, its models and its students."""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from evaluate.contract.figures import Count, Share

Usd = Annotated[float, Field(ge=0)]

Substitution = TypedDict("Substitution", {"role": str, "from": str, "to": str, "why": str})
Substitution.__doc__ = "A model that stood in for another."


class Account(TypedDict):
    """What became of the queries: asked = kept + duplicates + invalid + off_cell + lost.

    `duplicates` holds exact and near ones.
    """

    asked: Count
    kept: Count
    duplicates: Count
    exact_duplicates: Count
    near_duplicates: Count
    invalid: Count
    off_cell: Count
    lost: Count


class Cell(Account):
    """A cell of the plan, and its account. `second`: the modality close behind, in a mixed cell."""

    leading: str
    domain: str
    style: str
    length: str
    second: NotRequired[str]


class Diversity(TypedDict):
    """`content_words`: different ones. `distinct_2`: share of the word pairs that are different."""

    content_words: Count
    distinct_2: Share


class Batches(TypedDict):
    """Calls to the writing teacher that were planned, came back, and could not be used."""

    asked: Count
    written: Count
    unusable: Count


class Manifest(Account):
    """`dataset/manifest.json` as it stands. `sha256`: of each split's training file. Tokens and USD: of the writing."""

    surplus: int
    quarantine: dict[str, Count]
    per_modality: dict[str, Count]
    per_domain: dict[str, Count]
    per_style: dict[str, Count]
    per_length: dict[str, Count]
    families: dict[str, Account]
    cells: list[Cell]
    batches: Batches
    calls: Count
    calls_by_road: dict[str, Count]
    input_tokens: Count
    output_tokens: Count
    cost_usd: Usd
    train: Count
    validation: Count
    holdout: Count
    mean_weights: dict[str, Share]
    diversity: Diversity
    seed: int
    teacher: str
    road: str
    prompt_version: str
    sha256: dict[str, str]


class Kind(TypedDict):
    """Examples led by one modality, and by one with another close behind."""

    clear: Count
    mixed: Count


class Balance(TypedDict):
    """Kept examples. `counts`: by style, then leading modality; `largest` of them, to shade by."""

    modalities: list[str]
    counts: dict[str, dict[str, Count]]
    largest: Annotated[int, Field(ge=1)]
    modality: dict[str, Count]
    domain: dict[str, Count]
    length: dict[str, Count]
    kind: Kind


class EdgeFile(TypedDict):
    """The edge student's file and the confidence from which it answers alone."""

    s3_key: str
    sha256: str
    threshold: float


class Students(TypedDict):
    """What the run made."""

    deployment_arn: str
    model_arn: str
    edge: EdgeFile
