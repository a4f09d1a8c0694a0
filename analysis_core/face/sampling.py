"""How many pictures a second to look at."""

_BUDGET_FRAMES = 2400
_MOST_PER_SECOND = 7.5


def sampling_rate(duration_s: float, least_per_second: float) -> float:
    """Give frames per second: dense for short recordings, down to `least_per_second` for long ones.

    A mouth opens and closes about four times a second, so two frames a second see only whether somebody talks. A short
    recording can afford more; 2,400 pictures in all cost about fifteen seconds of one core.
    """
    affordable = _BUDGET_FRAMES / max(duration_s, 1.0)
    return max(least_per_second, min(affordable, _MOST_PER_SECOND))
