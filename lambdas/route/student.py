"""The distilled student as the route asks it: one call, one reading, and a breaker before both."""

from dataclasses import dataclass

from bedrock.converse import Ask, Question, Reply
from bedrock.errors import BedrockError, Malformed, Stopped
from intent import prompts
from intent.taxonomy import Taxonomy
from intent.weights import Parsed, Rejected, parse
from route.breaker import Breaker
from route.deadline import NEVER, Deadline

EXPLAINED_TOKENS = 200
WEIGHTS_TOKENS = 80


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Why there are no weights (a short code), and the reply if there was one: it was paid all the same.

    `invalid`: the model did answer, but not within the contract.
    """

    failure: str
    reply: Reply | None = None
    invalid: bool = False


LATE = Unanswered("budget_spent")


@dataclass(frozen=True, slots=True)
class Said:
    """What the student said, within the contract."""

    parsed: Parsed
    reply: Reply


class DistilledStudent:
    """Asks whichever deployment it is told to; never raises for what a model or Bedrock does.

    `seconds`: the longest that `ask` may take.
    """

    def __init__(self, ask: Ask, taxonomy: Taxonomy, breaker: Breaker, seconds: float = 0.0) -> None:
        self._ask = ask
        self._taxonomy = taxonomy
        self._breaker = breaker
        self._seconds = seconds

    def weigh(self, query: str, deployment_arn: str, *, explain: bool, deadline: Deadline = NEVER) -> Said | Unanswered:
        """The query travels alone, in the user's turn. Generation stops at the reasoning unless it is wanted."""
        if not deadline.allows(self._seconds):
            return LATE
        if not self._breaker.allows(deployment_arn):
            return Unanswered("circuit_open")
        question = Question(
            model=deployment_arn,
            system=prompts.student(self._taxonomy),
            user=query,
            max_tokens=EXPLAINED_TOKENS if explain else WEIGHTS_TOKENS,
            stop=() if explain else (prompts.STOP,),
        )
        try:
            reply = self._ask(question)
        except BedrockError as error:
            self._breaker.failed(deployment_arn)
            return Unanswered(error.code, invalid=isinstance(error, Malformed | Stopped))
        read = _read(reply.text, question, self._taxonomy)
        if isinstance(read, Rejected):
            self._breaker.failed(deployment_arn)
            return Unanswered(read.reason, reply, invalid=True)
        self._breaker.succeeded(deployment_arn)
        return Said(read, reply)


def _read(text: str, question: Question, taxonomy: Taxonomy) -> Parsed | Rejected:
    """The answer, unless the model only repeats what it was given: weights from the query, or its instructions."""
    read = parse(text, taxonomy.modalities)
    if isinstance(read, Parsed) and (text.strip() in question.user or question.system in (read.reasoning or "")):
        return Rejected("echo")
    return read
