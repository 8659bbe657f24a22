"""What tokens cost: the dated table in `prices.json`, and what a deployment puts over it."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from intent.model import Field, Model
from intent.models import base_id
from intent.serving import Commitment

MILLION = 1_000_000
_PER_MODEL = ("models", "training", "provisioned")
_SHIPPED = Path(__file__).parent / "prices.json"
# In a Lambda bundle: context key `prices` of cdk.json, beside the packages. A checkout has none.
_OVER = Path(__file__).parents[1] / "prices.json"
_FIX = 'add one: context key "prices" in cdk.json, or router plan --prices FILE'


class _Dated(Model):
    """Every price says where it was read, and when. One that was put over the table need not."""

    as_of: str = ""
    source: str = ""


class _Price(_Dated):
    input: float = Field(ge=0)
    output: float = Field(ge=0)


class _Training(_Dated):
    per_million_tokens_and_epoch: float = Field(ge=0)


class _Provisioned(_Dated):
    """USD per model unit and hour, by commitment."""

    none: float | None = Field(default=None, ge=0)
    OneMonth: float | None = Field(default=None, ge=0)
    SixMonths: float | None = Field(default=None, ge=0)


class _Storage(_Dated):
    per_model_and_month: float = Field(ge=0)


class _Batch(_Dated):
    share: float = Field(gt=0, le=1)


class _Aws(_Dated):
    per_run: float = Field(ge=0)
    per_step: float = Field(ge=0)


class PriceTable(Model):
    """Prices in USD, of models by id per million tokens; a profile without a row of its own costs what its model does.

    `provisioned` ships empty: no price could be read at its source, so who wants it has to name it.
    `batch`: what batch inference costs, as a share of on demand. `aws`: Lambda, Step Functions and S3 together, per run
    and per step of it (see the file for how the two were made).
    """

    unit: str = ""
    models: dict[str, _Price]
    training: dict[str, _Training]
    provisioned: dict[str, _Provisioned] = Field(default={})
    storage: _Storage
    batch: _Batch
    aws: _Aws

    def training_rate(self, model: str) -> float:
        """USD per million tokens and epoch. Raises KeyError, naming the model, if the table has no price for it."""
        price = self.training.get(base_id(model))
        if price is None:
            raise KeyError(f"prices.json has no training price for {model}; {_FIX}")
        return price.per_million_tokens_and_epoch

    def unit_hour(self, model: str, commitment: Commitment) -> float:
        """USD for a unit and hour of provisioned throughput. Raises KeyError, naming the entry, if there is none."""
        name = base_id(model)
        found: float | None = getattr(self.provisioned.get(name), commitment, None)
        if found is None:
            wanted = f'{{"provisioned": {{"{name}": {{"{commitment}": USD per unit and hour}}}}}}'
            raise KeyError(f"prices.json has no price for provisioned throughput of {model}; {_FIX}: {wanted}")
        return found

    def cost(self, model: str, input_tokens: float, output_tokens: float) -> float:
        """USD for these tokens. Raises KeyError, naming the model, if the table has no price for it."""
        price = self.models.get(model) or self.models.get(base_id(model))
        if price is None:
            raise KeyError(f"prices.json has no price for {model}; {_FIX}")
        return (price.input * input_tokens + price.output * output_tokens) / MILLION


def put_over(table: PriceTable, changes: Mapping[str, Any]) -> PriceTable:
    """The table with these entries instead of its own: models, training and provisioned per model, others as a whole.

    Raises ValueError naming the key that is wrong, such as `prices.models.x.input`.
    """
    merged = table.model_dump()
    for section, entries in changes.items():
        per_model = section in _PER_MODEL and isinstance(entries, Mapping)
        merged[section] = {**merged[section], **entries} if per_model else entries
    from pydantic import ValidationError  # noqa: PLC0415  (few deployments have prices of their own)

    try:
        return PriceTable.model_validate(merged)
    except ValidationError as error:
        detail = error.errors()[0]
        where = ".".join(str(part) for part in ("prices", *detail["loc"]))
        raise ValueError(f"{where}: {detail['msg']}") from None


@cache
def load() -> PriceTable:
    """The table that ships with the code, with the deployment's own prices over it."""
    shipped = PriceTable.model_validate_json(_SHIPPED.read_text("utf-8"))
    return put_over(shipped, json.loads(_OVER.read_text("utf-8"))) if _OVER.exists() else shipped
