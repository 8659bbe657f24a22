"""The distilled student as the route asks it: one call, one reading, and a breaker before both."""

from dataclasses import dataclass

from bedrock.converse import Ask, Question, Reply
from bedrock.errors import BedrockError
from intent import prompts
from intent.taxonomy import Taxonomy
from intent.weights import Parsed, Rejected, parse
from route.breaker import Breaker

EXPLAINED_TOKENS = 200
WEIGHTS_TOKENS = 80


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Why there are no weights (a short code), and the reply if there was one: it was paid all the same."""

    failure: str
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What the student said, within the contract."""

    parsed: Parsed
    reply: Reply


class DistilledStudent:
    """Asks whichever deployment it is told to; never raises for what a model or Bedrock does."""

    def __init__(self, ask: Ask, taxonomy: Taxonomy, breaker: Breaker) -> None:
        self._ask = ask
        self._taxonomy = taxonomy
        self._breaker = breaker

    def weigh(self, query: str, deployment_arn: str, *, explain: bool) -> Said | Unanswered:
        """The query travels alone, in the user's turn. Generation stops at the reasoning unless it is wanted."""
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
            return Unanswered(error.code)
        read = parse(reply.text, self._taxonomy.modalities)
        if isinstance(read, Rejected):
            self._breaker.failed(deployment_arn)
            return Unanswered(read.reason, reply)
        self._breaker.succeeded(deployment_arn)
        return Said(read, reply)
