"""Any query and any model output, found by hypothesis, on the wire under the real handler: the contract holds."""

import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.unit.intent.oracle import Edge, weigh
from tests.unit.intent.test_weights_parse import HUGE, KEYS, NUMBERS, REFUSED
from tests.unit.samples import ANSWER, MODALITIES, WEIGHTS
from tests.unit.wire import Raw, said

from .bench import Bench, Outcome
from .cases import STOPS

HELD = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXT = st.text(alphabet=st.characters(exclude_categories=[]), max_size=60)
OBJECTS = st.lists(st.tuples(KEYS, NUMBERS), max_size=6).map(
    lambda pairs: "{" + ", ".join(f'"{key}": {number}' for key, number in pairs) + "}"
)
SPOILT = st.tuples(TEXT, st.integers(0, 90), st.integers(0, 10)).map(
    lambda noise: ANSWER[: noise[1]] + noise[0] + ANSWER[noise[1] + noise[2] :]
)
OUTPUT = st.one_of(st.just(ANSWER), OBJECTS, SPOILT, TEXT)
EXAMPLES = {
    "NaN": '{"visual": NaN, "audio": 0, "transcription": 0, "metadata": 1}',
    "1e400": json.dumps(WEIGHTS).replace("0.5", "1e400"),
    "deep": '{"visual":' + "[" * 100_000,
    "deep and closed": '{"reasoning":' + "[" * 1_900 + "]" * 1_900 + "}",
    "5,000 digits": json.dumps(WEIGHTS).replace("0.5", "9" * 5000),
    "3,900 digits": json.dumps(WEIGHTS).replace("0.5", "9" * 3900),
    "a lone surrogate": ANSWER.replace("seen", "\ud800"),
    "an escaped one": ANSWER.replace("seen", "\\ud800"),
    "a key twice": '{"visual": 0.5, ' + json.dumps(WEIGHTS)[1:],
    "an escaped key twice": '{"\\u0076isual": 0.5, ' + json.dumps(WEIGHTS)[1:],
}


def ask(bench: Bench, query: str, text: str, *, explain: bool) -> Outcome:
    bench.mend()
    bench.bedrock.on("Converse", said(text))
    return bench.route({"query": query, "explain": explain})


def holds(found: Outcome, query: str, text: str) -> None:
    """The bench has checked schema and sum; this checks status, keys, and what was believed, against the slow twin."""
    assert found.status in {200, 400}
    if found.status == 400:
        assert not query.strip() or any(one == "\0" or "\ud800" <= one <= "\udfff" for one in query)
        return
    assert found.body["query"] == query
    assert list(found.body["weights"]) == list(MODALITIES)
    assert found.body["source"] in {"distilled", "fallback", "cache"}
    if found.body["source"] == "distilled":
        try:
            assert weigh(text.encode(errors="replace").decode(), MODALITIES)
        except Edge:
            return


@HELD
@given(query=st.text(min_size=1, max_size=40), text=OUTPUT, explain=st.booleans())
@example(query="\ud800", text=ANSWER, explain=False)
@example(query=" ", text=ANSWER, explain=False)
@example(query=ANSWER, text=ANSWER, explain=True)
@example(query="q\0", text="", explain=True)
def test_given_any_query_and_any_output_then_the_contract_holds(
    bench: Bench,
    query: str,
    text: str,
    explain: bool,  # noqa: FBT001
) -> None:
    holds(ask(bench, query, text, explain=explain), query, text)


def test_given_every_output_that_ever_broke_a_parser_then_the_contract_holds(bench: Bench) -> None:
    for number, text in enumerate([*EXAMPLES.values(), *REFUSED, *HUGE.values()]):
        for explain in (True, False):
            query = f"query {number}"
            holds(ask(bench, query, text, explain=explain), query, text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(ANSWER),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["output", "message", "content", "text", "stopReason", "usage", "inputTokens"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


def _reply(content: Any, reason: Any, usage: Any) -> bytes:
    answer = {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": reason, "usage": usage}
    return json.dumps(answer).encode()


@HELD
@given(
    st.one_of(
        st.binary(max_size=40),
        _JSON.map(lambda value: json.dumps(value).encode()),
        st.builds(_reply, _JSON, st.sampled_from(["end_turn", "max_tokens", *STOPS, None, 7]), _JSON),
    ),
    st.sampled_from([200, 200, 200, 204, 301, 400, 404, 408, 429, 500, 503]),
)
@example(b"[" * 100_000, 200)
@example(_reply([{"text": ANSWER}], "end_turn", {"inputTokens": 10**400, "outputTokens": True}), 200)
@example(_reply([{"text": ANSWER}], "end_turn", {"inputTokens": -5, "outputTokens": 2**80}), 200)
def test_given_any_body_and_status_of_the_service_then_the_contract_holds(
    bench: Bench, body: bytes, status: int
) -> None:
    bench.mend()
    asked = bench.bedrock.attempts
    bench.bedrock.on("Converse", Raw(body, status))
    found = bench.route({"query": f"q{asked}", "explain": True})
    assert (found.status, bench.bedrock.attempts) == (200, asked + 1)
