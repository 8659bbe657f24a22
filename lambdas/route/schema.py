"""The requests as pydantic models: what `openapi.json` describes, and the judge of whatever is not plainly right."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from intent.text import MAX_QUERY
from route.request import MAX_FLOOR, MAX_QUERIES, MAX_TARGET, MAX_TARGETS, problem
from route.router import Prefer


def _is_text(query: str) -> str:
    if told := problem(query):
        raise ValueError(told)
    return query


QueryText = Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUERY, strict=True), AfterValidator(_is_text)]
QUERY: TypeAdapter[str] = TypeAdapter(QueryText)


class Options(BaseModel):
    """How to answer. `explain`: also say why. `floor`: a modality below it is not active (0..0.5).

    `prefer`: `quality` asks the distilled student even where the edge student is sure, `speed` never does. `targets`:
    engines to compile the decision for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    explain: bool = False
    targets: Annotated[
        list[Annotated[str, StringConstraints(max_length=MAX_TARGET)]], Field(max_length=MAX_TARGETS)
    ] = []
    floor: Annotated[float, Field(ge=0, le=MAX_FLOOR)] = 0.05
    prefer: Prefer | None = None


class RouteRequest(Options):
    """One query, 1 to 2,000 characters."""

    query: QueryText


class BatchRequest(Options):
    """1 to 100 queries with the same options. Each is checked on its own: a bad one costs only itself."""

    queries: Annotated[list[Any], Field(min_length=1, max_length=MAX_QUERIES)]
