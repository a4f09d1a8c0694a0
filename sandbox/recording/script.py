"""Who says what, in which manner, and what their faces do meanwhile.

Lines carry two marks: `(0.8)` is silence in seconds, `~um,~` is a held filled pause.
"""

from collections.abc import Mapping
from dataclasses import dataclass

DANA = "Dana Reyes"
PRIYA = "Priya Shah"


@dataclass(frozen=True)
class Person:
    """Somebody in the call. `voice` is an espeak-ng voice with its variant; `portrait` a key of `portraits`."""

    name: str
    email: str
    host: bool
    voice: str
    portrait: str


@dataclass(frozen=True)
class Manner:
    """How a turn is spoken: words per minute, pitch and its range 0..100, volume 0..200 (espeak-ng's units)."""

    name: str
    rate: int
    pitch: int
    pitch_range: int
    volume: int


@dataclass(frozen=True)
class Expression:
    """Action Units shown by `person` between two shares of a turn's length."""

    person: str
    start: float
    end: float
    aus: Mapping[str, float]


@dataclass(frozen=True)
class Turn:
    """One person's turn. `gap_s` is the silence before it; each line becomes one transcript cue."""

    speaker: str
    manner: Manner
    gap_s: float
    lines: tuple[str, ...]
    expressions: tuple[Expression, ...] = ()


BUSINESS = Manner("business", 172, 50, 50, 95)
CALM = Manner("calm", 168, 46, 50, 95)
WORRIED = Manner("worried", 132, 30, 28, 78)
WARM = Manner("warm", 186, 62, 70, 112)

SMILE = {"AU12": 0.9}
SLIGHT_SMILE = {"AU12": 0.5}
WORRY = {"AU1": 0.9, "AU4": 0.9, "AU15": 0.8}
CONCERN = {"AU1": 0.6, "AU4": 0.5}
SURPRISE = {"AU1": 1.0, "AU2": 1.0}

PEOPLE = (
    Person(DANA, "dana.reyes@northwind.example", True, "en-us+f2", "collins"),
    Person(PRIYA, "priya.shah@contoso.example", False, "en+f4", "hopper"),
)

TURNS = (
    Turn(
        DANA,
        BUSINESS,
        0.6,
        ("Hello Priya, good to see you again.", "How was your first year with Northwind Analytics?"),
        (Expression(DANA, 0.0, 0.7, SLIGHT_SMILE), Expression(PRIYA, 0.15, 0.5, SLIGHT_SMILE)),
    ),
    Turn(
        PRIYA,
        CALM,
        0.5,
        (
            "Good morning, Dana. It was a good year for us.",
            "Forty people open the dashboards every morning.",
            "The monthly report takes one hour now, and it used to take two days.",
            "The finance team built their whole planning round on it.",
            "Support was quick as well, whenever we had a question.",
        ),
        (
            Expression(PRIYA, 0.02, 0.2, SLIGHT_SMILE),
            Expression(DANA, 0.35, 0.55, {"AU1": 0.7, "AU2": 0.7}),
            Expression(DANA, 0.7, 1.0, SMILE),
        ),
    ),
    Turn(
        DANA,
        BUSINESS,
        0.4,
        (
            "That is great to hear. Shall we look at the renewal?",
            "It is the same plan for three years, at fifty two thousand a year.",
        ),
        (Expression(DANA, 0.0, 0.3, SMILE), Expression(PRIYA, 0.8, 1.0, {"AU1": 0.8, "AU2": 0.6})),
    ),
    Turn(
        PRIYA,
        WORRIED,
        1.6,
        (
            "~Um,~ (0.7) fifty two thousand. (1.1)",
            "I was, ~uh,~ (0.5) I was sort of hoping for something closer to last year. (1.3)",
            "I guess, ~um,~ (0.6) I am a little worried about the price. (0.9)",
            "I do not know, maybe, (0.6) maybe our board will not approve that. (0.8)",
            "It is, ~uh,~ (0.5) kind of hard to say.",
        ),
        (
            Expression(PRIYA, 0.0, 0.34, WORRY),
            Expression(PRIYA, 0.4, 0.72, WORRY),
            Expression(PRIYA, 0.78, 1.0, {"AU1": 0.8, "AU4": 1.0, "AU15": 1.0}),
            Expression(DANA, 0.3, 0.6, CONCERN),
            Expression(DANA, 0.75, 1.0, {"AU4": 0.8}),
        ),
    ),
    Turn(
        DANA,
        BUSINESS,
        0.6,
        (
            "I understand, and thank you for saying so.",
            "What if we keep last year's price for twelve months, and add the forecast module?",
        ),
        (Expression(DANA, 0.0, 0.4, CONCERN), Expression(PRIYA, 0.8, 1.0, SURPRISE)),
    ),
    Turn(
        PRIYA,
        WARM,
        0.4,
        (
            "Oh, that is wonderful! Yes, that solves it.",
            "Last year's price for twelve months works for us.",
            "Send me the contract today, and I will sign it on Friday.",
            "Thank you, Dana. I am really happy with this.",
        ),
        (
            Expression(PRIYA, 0.0, 0.15, SURPRISE),
            Expression(PRIYA, 0.15, 0.6, {"AU12": 1.0}),
            Expression(PRIYA, 0.72, 1.0, {"AU12": 1.0}),
            Expression(DANA, 0.25, 0.8, SMILE),
        ),
    ),
    Turn(
        DANA,
        BUSINESS,
        0.4,
        ("Perfect. You will have it this afternoon.", "Thank you, Priya. Talk to you on Friday."),
        (Expression(DANA, 0.0, 1.0, {"AU12": 1.0}), Expression(PRIYA, 0.3, 1.0, SLIGHT_SMILE)),
    ),
)
