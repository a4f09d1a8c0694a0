"""Cleaning of what people type into account forms."""

import re
from datetime import UTC, date, datetime, time, timedelta

from connectors.base.free_mail import FREE_MAIL_DOMAINS
from hub.accounts.errors import DetailsInvalid

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_LONGEST = 200


def clean_text(field: str, value: str, what: str) -> str:
    """Trimmed, not empty, at most 200 characters. Raises `DetailsInvalid`."""
    text = " ".join(value.split())
    if not text:
        raise DetailsInvalid(field, f"Enter {what}.")
    if len(text) > _LONGEST:
        raise DetailsInvalid(field, f"Use at most {_LONGEST} characters.")
    return text


def clean_email(value: str) -> str:
    """In lower case. Raises `DetailsInvalid` when it cannot be an e-mail address."""
    email = value.strip().lower()
    if len(email) > _LONGEST or not _EMAIL.fullmatch(email):
        raise DetailsInvalid("email", "Enter an e-mail address such as ada@example.com.")
    return email


def clean_domains(value: str) -> list[str]:
    """Domains separated by commas or spaces, in order, each once. Raises `DetailsInvalid`."""
    domains = [part.lstrip("@") for part in re.split(r"[\s,;]+", value.strip().lower()) if part]
    for domain in domains:
        if not _DOMAIN.fullmatch(domain):
            raise DetailsInvalid("domains", f"{domain} is not a domain. Write it like example.com.")
        if domain in FREE_MAIL_DOMAINS:
            raise DetailsInvalid(
                "domains", f"Anybody can have an address at {domain}: every customer with one would count as yours."
            )
    if not domains:
        raise DetailsInvalid("domains", "Enter at least one domain: its people will never be scored.")
    return list(dict.fromkeys(domains))


def clean_last_day(value: str, now: datetime) -> datetime | None:
    """The moment at which a day given as YYYY-MM-DD is over, UTC; None for nothing. Raises `DetailsInvalid`."""
    if not value.strip():
        return None
    try:
        ends = datetime.combine(date.fromisoformat(value.strip()) + timedelta(days=1), time(), UTC)
    except (ValueError, OverflowError) as error:
        raise DetailsInvalid("last_day", "Write the day like 2027-01-31.") from error
    if ends <= now:
        raise DetailsInvalid("last_day", "Choose a day that is not over.")
    return ends
