"""Slack: OAuth, channels, messages with Block Kit, file uploads."""
