"""What goes in and comes out: the routing decision, the caller's bindings, the compiled payload."""

from typing import Annotated, Any, Literal, TypedDict

from pydantic import (
    AllowInfNan,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    StringConstraints,
    model_validator,
)

Scalar = StrictBool | StrictInt | Annotated[StrictFloat, AllowInfNan(False)] | StrictStr  # noqa: FBT003
Kind = Literal["vector", "text"]
OPTIONS = ("visual", "audio", "transcription")  # what TwelveLabs can search: modalities by the same names
# Names go into paths, expressions and GraphQL: nothing that could end one. `{{index}}` stands where none is given.
Name = Annotated[str, StringConstraints(pattern=r"^[^\s\"'`\\/?#,;(){}\[\]<>=&|]{1,200}$")]
Placeholder = Annotated[str, StringConstraints(pattern=r"^\{\{[a-z_.]{1,60}\}\}$")]
Modality = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]  # as in taxonomy.yaml
Vector = Annotated[list[FiniteFloat], Field(min_length=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # built on first use: no cold start pays


class SparseVector(_Frozen):
    """A sparse vector, as Qdrant takes it: positions and their values, equally many."""

    indices: list[int]
    values: list[FiniteFloat]


class Target(_Frozen):
    """Where one modality is searched.

    `kind`: `vector` (nearest neighbours of the caller's vector) or `text` (the query's words, BM25). `field`: one
    vector field, or one or more text fields. `k`: candidates that this modality contributes. `index`: the search
    index over the field, where fields and search indexes are two things (MongoDB).
    """

    kind: Kind = "vector"
    field: Name | Annotated[tuple[Name, ...], Field(min_length=1)]
    k: Annotated[int, Field(ge=1, le=10_000)] = 100
    index: Name | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The field or fields, always as a tuple."""
        return (self.field,) if isinstance(self.field, str) else self.field

    @model_validator(mode="after")
    def _one_vector(self) -> "Target":
        if self.kind == "vector" and len(self.fields) != 1:
            raise ValueError("a vector target has exactly one field; bind one, or use kind: text")
        return self


class AttributeField(_Frozen):
    """The field behind a filterable attribute. `many`: it holds a list. `date`: it holds dates, not text or numbers."""

    field: Name
    many: bool = False
    date: bool = False


class Bindings(_Frozen):
    """A caller's names for what the router talks about.

    `targets`: modality -> Target, or null for "this engine has no such index: leave it out". `filters`: attribute ->
    field. `vectors`: modality -> the query's real vector; without it the payload carries `"{{vector.<modality>}}"`
    in its place. `index`: index, collection or class (TwelveLabs: index id). `size`: results wanted.
    `pipeline`: name of a stored OpenSearch search pipeline; without it the pipeline travels in the request.
    `rank_constant`: k of reciprocal rank fusion, where the engine takes one and its default is not wanted.
    """

    targets: dict[str, Target | None] = Field(default_factory=dict[str, "Target | None"])
    filters: dict[str, AttributeField] = Field(default_factory=dict[str, AttributeField])
    vectors: dict[str, Vector | SparseVector] = Field(default_factory=dict[str, "Vector | SparseVector"])
    index: Name | Placeholder = "{{index}}"
    size: Annotated[int, Field(ge=1, le=1_000)] = 20
    pipeline: Name | None = None
    rank_constant: Annotated[int, Field(ge=1, le=10_000)] | None = None


class AttributeFilter(BaseModel):
    """One filter of a decision: `op` is eq, in, gt, gte, lt, lte or between; `words`: the query's words for it."""

    model_config = ConfigDict(frozen=True, defer_build=True)
    attribute: str
    op: str = "eq"
    value: Scalar | tuple[Scalar, ...] | None = None
    values: tuple[Scalar, ...] | None = None
    words: str | None = None

    @property
    def given(self) -> tuple[Scalar, ...]:
        """The value or values, always as a tuple."""
        if self.values is not None:
            return self.values
        if self.value is None:
            return ()
        return self.value if isinstance(self.value, tuple) else (self.value,)


class Decision(BaseModel):
    """A routing decision. An answer of POST /route fits as it is: keys that are not listed here are ignored.

    `weights`: modality -> 0..1. `active`: the modalities to search (absent: all with a weight of 0.05 or more).
    `query`: needed once a modality is bound to text.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)
    weights: Annotated[dict[Modality, Annotated[FiniteFloat, Field(ge=0)]], Field(min_length=1)]
    active: tuple[str, ...] | None = None
    query: str | None = None
    filters: tuple[AttributeFilter, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> "Decision":
        if unknown := [name for name in self.active or () if name not in self.weights]:
            raise ValueError(f"active: {unknown[0]} has no weight; list only modalities that stand in weights")
        return self


class Compiled(TypedDict):
    """What `compile` returns, ready for `json.dumps`.

    `version`: the oldest version of the engine that accepts the payload. `payload`: request name ->
    `{"method", "path", "body"}`, in the order to send (engine `weights_vector`: the vector itself).
    """

    engine: str
    version: str
    payload: dict[str, Any]
    warnings: list[str]
