"""Before a run spends anything: may the models that it will call be called at all? Each is asked for one token."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bedrock.converse import Ask, Question
from bedrock.errors import BedrockError, forbidden
from generate.request import Rejected
from intent.plan import Run

_FOR_JOBS = ("job_teacher", "student")  # ids that customization jobs take; the student's weights are called as `base`
_FIX = (
    "open what is not open yet in the Bedrock console's model catalogue, in this Region (Anthropic asks for a use case "
    "once; it takes some minutes), and look for a policy that denies it: the role's, or the organisation's"
)


def check_access(run: Run, ask: Ask) -> None:
    """Raises Rejected, ModelNotUsable, with each model that may not be called, its roles, and Bedrock's code and words.

    A model that is throttled, or that answers whatever it likes, is there: nothing is said against it.
    """
    roles: dict[str, list[str]] = {}
    for role, model in run.models.items():
        if role not in _FOR_JOBS:
            roles.setdefault(model, []).append(role)
    with ThreadPoolExecutor(len(roles)) as pool:
        found = pool.map(partial(_refusal, ask), roles)
        refused = {model: why for model, why in zip(roles, found, strict=True) if why}
    if refused:
        told = "; ".join(f"{model} ({', '.join(roles[model])}): {why}" for model, why in sorted(refused.items()))
        raise Rejected("ModelNotUsable", f"Bedrock refuses to call {told}. Fix: {_FIX}")


def _refusal(ask: Ask, model: str) -> str | None:
    """Bedrock's code and words, if it refuses the call itself."""
    try:
        ask(Question(model, system="Answer with one word.", user="Hello", max_tokens=1))
    except BedrockError as error:
        return str(error) if forbidden(error) else None
    return None
