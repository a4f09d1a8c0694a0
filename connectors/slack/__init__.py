"""Slack: a message about each analysis in the channels that want it."""
