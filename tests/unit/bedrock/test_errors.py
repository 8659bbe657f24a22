"""What an error says in little room."""

import pytest

from bedrock.errors import Refused


@pytest.mark.parametrize("length", [0, 1, 84, 85, 86, 500])
def test_given_a_long_message_then_its_middle_goes_and_it_fits(length: int) -> None:
    text = "".join(chr(97 + at % 26) for at in range(length))
    error = Refused("Denied", text) if text else Refused("Denied")
    found = error.brief(93)
    assert len(found) == min(93, len(str(error)))
    assert found == str(error) if len(str(error)) <= 93 else found == f"{str(error)[:50]} ... {str(error)[-38:]}"
