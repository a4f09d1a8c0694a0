"""Parts of a delivery that a CRM refused for good."""

from collections.abc import Sequence

from connectors.base.errors import RequestRejected


def warnings_of(refused: Sequence[tuple[str, RequestRejected]], *, something_written: bool) -> list[str]:
    """What was not written and why, for the receipt; each part has its name in words.

    Raises the first refusal, with that name, where nothing was written at all.
    """
    if refused and not something_written:
        what, error = refused[0]
        raise RequestRejected(f"{what}: {error.message}", code=error.code, status=error.status) from error
    return [f"{what} was not written. {error.message}" for what, error in refused]
