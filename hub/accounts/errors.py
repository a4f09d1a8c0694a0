"""What can stand between a person and a page.

AccountsError
├── WrongCredentials     unknown e-mail or wrong password; never says which
├── TooManyAttempts      wait `retry_after` seconds before the next sign-in
├── LinkInvalid          the first-run link was used, has expired or never existed
└── DetailsInvalid       a form field has to change; `field` names it

SignInRequired, RoleTooLow and CsrfInvalid are HTTP errors: they mean the same answer wherever they are raised.
"""

from fastapi import HTTPException, status


class AccountsError(Exception):
    """The message is for the person at the form."""


class WrongCredentials(AccountsError):
    """No such combination of e-mail and password."""


class TooManyAttempts(AccountsError):
    """Sign-in is paused for this address after repeated failures."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many attempts. Try again in {_in_words(retry_after)}.")
        self.retry_after = retry_after


class LinkInvalid(AccountsError):
    """The first-run link cannot be used."""


class DetailsInvalid(AccountsError):
    """One field of a form is not acceptable."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class SignInRequired(HTTPException):
    """Nobody is signed in: go to the sign-in page, and from there back to `location`."""

    def __init__(self, location: str) -> None:
        super().__init__(status.HTTP_303_SEE_OTHER, "sign in first", headers={"Location": location})


class RoleTooLow(HTTPException):
    """The member is signed in, but the page is for owners and admins."""

    def __init__(self) -> None:
        super().__init__(status.HTTP_403_FORBIDDEN, "this page is for owners and admins")


class CsrfInvalid(HTTPException):
    """The form was not sent from one of our pages, or the session behind it has ended."""

    def __init__(self) -> None:
        super().__init__(status.HTTP_403_FORBIDDEN, "this form is out of date: reload the page and send it again")


def _in_words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return "a minute" if minutes <= 1 else f"{minutes} minutes"
