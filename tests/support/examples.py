"""How many examples hypothesis draws, where each of them takes its time."""

from hypothesis import settings


def examples(share: float) -> settings:
    """So large a share of the profile's examples."""
    return settings(max_examples=max(1, round(share * settings.default.max_examples)))
