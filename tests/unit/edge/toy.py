"""A tiny data set that a linear model can learn, and the model that learned it."""

from functools import cache

from edge.training import Example, Fitted, fit

MODALITIES = ("visual", "audio", "transcription", "metadata")
_TEXTS = {
    "visual": ("a man wearing a hat", "close-up of a lake", "two women walking in snow", "a red boat"),
    "audio": ("dog barking loudly", "sad piano music", "rain and thunder", "crowd cheering, then a bell"),
    "transcription": ("she tells him the truth", "interview about taxes", "they discuss the lease", "why he says no"),
    "metadata": ("find the movie Red Lamp", "comedy from 1994", "the series Blue Door", "episodes with Ann Lee"),
}


def examples() -> list[Example]:
    """Four queries per modality, each with 0.7 on its own."""
    return [
        (text, {name: 0.7 if name == modality else 0.1 for name in MODALITIES})
        for modality, texts in _TEXTS.items()
        for text in texts
    ]


@cache
def fitted() -> Fitted:
    """Trained on the examples and validated on them."""
    return fit(examples(), examples(), MODALITIES, seed=7)
