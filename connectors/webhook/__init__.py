"""Outgoing webhooks: signing by the Standard Webhooks specification, and sending.

There is no account to connect, hence no manifest: subscribers are addresses with secrets.
"""

from connectors.webhook.sending import send
from connectors.webhook.signing import sign

__all__ = ["send", "sign"]
