"""`report.json`, as types: what `report.build` makes and `docs/report.schema.json` describes.

A number goes up before the dot when a key is removed or changes its meaning, behind it when keys are added: whoever
reads a report ignores keys that it does not know.
"""

from typing import (
    Annotated,
    Any,
    Literal,
    # pydantic reads typing's own only from Python 3.12 on
)

from pydantic import Field
from typing_extensions import TypedDict

from evaluate.contract.evidence import Bill, Edge, Judging, Verdict, WeightErrors, Worst
from evaluate.contract.figures import Candidate
from evaluate.contract.material import Balance, Manifest, Students, Substitution, Usd

VERSION = "2.0"

__all__ = ["VERSION", "Report"]


class Report(TypedDict):
    """One run: what was made, how each candidate did on the held-out queries, and the verdict of the gate.

    `embedded`: measured with small models on one machine; `note` says so. `active_version`: the version that was active
    when the run was judged, null before the first promotion. `worst`: the cascade's answers that differ most from the
    teacher's, worst first. `estimate_usd`, `cost_usd`: USD by item, as in `bill`.
    """

    schema_version: Annotated[str, Field(pattern=r"^2\.[0-9]+$")]
    run_id: str
    execution_arn: str
    attempt: Annotated[int, Field(ge=1)]
    generated_at: Annotated[str, Field(json_schema_extra={"format": "date-time"})]
    verdict: Literal["pass", "fail"]
    reason: str
    embedded: bool
    note: str | None
    active_version: int | None
    models: dict[str, str]
    substituted: list[Substitution]
    warnings: list[str]
    settings: dict[str, Any]
    dataset: Manifest
    balance: Balance
    edge: Edge
    students: Students
    candidates: Annotated[list[Candidate], Field(min_length=1)]
    weight_errors: WeightErrors
    judging: Judging
    worst: list[Worst]
    gate: Verdict
    estimate_usd: dict[str, Usd]
    cost_usd: dict[str, Usd]
    bill: Bill
