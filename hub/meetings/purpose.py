"""The purpose gate: who may be scored.

The EU AI Act, Art. 5(1)(f), forbids inferring the emotions of people at work. So the organisation's own people get
talk time and nothing else, and only guests are observed.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.base.records import Attendee
from hub.meetings.models import Participant

POLICY: Final = "external participants only"
_SUFFIX: Final = re.compile(r"\s*[(\[|].*$")


@dataclass(frozen=True)
class Gate:
    """What the policy means for one meeting.

    `observed` are the transcript's labels of guests; None where everybody in the meeting is a guest. `joined` gives
    the transcript's label by participant id, where one was found.
    """

    observed: frozenset[str] | None
    joined: Mapping[str, str]


def is_internal(attendee: Attendee, own_domains: Sequence[str]) -> bool:
    """Whether this person belongs to the organisation: by e-mail domain, by the provider's word, or as the host."""
    return attendee.host or attendee.internal is True or _is_own_address(attendee.email, own_domains)


def _is_own_address(email: str, own_domains: Sequence[str]) -> bool:
    domain = email.rpartition("@")[2].lower()
    own = [name.lower().lstrip("@") for name in own_domains]
    return any(domain == name or domain.endswith(f".{name}") for name in own if name)


def apply_gate(participants: Sequence[Participant], speakers: Iterable[str]) -> Gate:
    """Decide who is observed, by the speakers that the transcript names.

    A speaker who cannot be joined to anybody is a guest. Without named speakers the voices cannot be told apart:
    then nobody is observed as soon as one of the organisation's own people took part. Nobody is observed either
    where the provider does not say who took part.
    """
    if not participants:
        return Gate(frozenset(), {})
    by_name = {_plain(person.name): person for person in participants}
    joined, observed = {}, set()
    for label in speakers:
        person = by_name.get(_plain(label))
        if person is not None:
            joined[person.id] = label
        if person is None or not person.internal:
            observed.add(label)
    everybody = not any(person.internal for person in participants)
    return Gate(None if everybody else frozenset(observed), joined)


def _plain(name: str) -> str:
    """A name without case, accents, spacing and additions such as `(Acme)` or `| Sales`."""
    text = unicodedata.normalize("NFKD", _SUFFIX.sub("", name) or name)
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).casefold().split())
