"""Whose an e-mail address is, by its domain. Pure."""

from collections.abc import Iterable


def domain_of(email: str) -> str:
    """The domain of an e-mail address, in lower case."""
    return email.rsplit("@", 1)[1].lower()


def is_within(host: str, domains: Iterable[str]) -> bool:
    """Whether a host, in lower case, is one of the domains or below one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in map(str.lower, domains))


def is_external(email: str, own_domains: Iterable[str]) -> bool:
    """Whether it is the address of somebody who is not ours; nobody is known by an empty one."""
    return "@" in email and not is_within(domain_of(email), own_domains)
