"""What people do with accounts, one use case per file."""

from hub.accounts.service.api_keys import NewKey, make_api_key, revoke_api_key
from hub.accounts.service.first_run import Founder, first_run_link, found_organisation, is_link_valid
from hub.accounts.service.lost_password import reset_password, reset_password_of
from hub.accounts.service.members import add_member, change_role, remove_member
from hub.accounts.service.operator import create_operator_key, every_key, every_member, revoke_operator_key
from hub.accounts.service.organisation import change_organisation
from hub.accounts.service.own_account import change_password, own_sessions, sign_out_elsewhere
from hub.accounts.service.sign_in import sign_in, sign_out

__all__ = [
    "Founder",
    "NewKey",
    "add_member",
    "change_organisation",
    "change_password",
    "change_role",
    "create_operator_key",
    "every_key",
    "every_member",
    "first_run_link",
    "found_organisation",
    "is_link_valid",
    "make_api_key",
    "own_sessions",
    "remove_member",
    "reset_password",
    "reset_password_of",
    "revoke_api_key",
    "revoke_operator_key",
    "sign_in",
    "sign_out",
    "sign_out_elsewhere",
]
