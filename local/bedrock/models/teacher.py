"""The embedded teacher, standing in for Nova Pro and Premier: weighs any query, and writes queries when asked to."""

from collections.abc import Sequence

from intent.taxonomy import Taxonomy
from intent.weights import Weights, leading
from local.bedrock.models import answering
from local.bedrock.models.encoder import Vectors, encoder
from local.bedrock.models.ranking import Ranker, cues_in
from local.bedrock.models.scale import scale_of
from local.bedrock.models.types import Completion, Request
from local.bedrock.models.writer import Writer, read_order

_NAMED_CUES = 3


class Teacher:
    """MiniLM with written examples and cue words, on Nova Premier's scale. Immutable but for the encoder's memory."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        """Raises NoMaterialError if nothing is written for the taxonomy."""
        self._modalities = taxonomy.modalities
        self._ranker = Ranker(taxonomy)
        self._scale = scale_of(taxonomy, self._ranker)
        self._writer = Writer(taxonomy, self.weigh, self._ranker.hint)

    def complete(self, request: Request) -> Completion:
        """Write if the request ends with a writing order, otherwise weigh the user's turn as a query.

        A routed query is encoded anew each time: a measured latency is never that of a memory.
        """
        order = read_order(request.user, self._modalities)
        if order:
            return answering.complete(request, self._writer.write(order))
        weights = self._weigh([request.user], encoder().encode([request.user]))[0]
        return answering.complete(request, answering.render(weights, reasoning(request.user, weights)))

    def weigh(self, queries: Sequence[str]) -> list[Weights]:
        """Weights of many queries; those weighed lately (as when they were written) cost next to nothing."""
        return self._weigh(queries, encoder().recall(queries)) if queries else []

    def _weigh(self, queries: Sequence[str], vectors: Vectors) -> list[Weights]:
        return self._scale.weigh(self._ranker.score(queries, vectors), vectors)


def reasoning(query: str, weights: Weights) -> str:
    """What really spoke for the leading modality, in at most twenty words."""
    lead = leading(weights)
    words = [words for group, words in cues_in(query) if group.modality == lead and not words.startswith("<")]
    if words:
        named = ", ".join(f"'{word}'" for word in dict.fromkeys(words[:_NAMED_CUES]))
        return f"{named} point to {lead}"
    return f"no clear cue word; the wording resembles queries that {lead} serves best"
