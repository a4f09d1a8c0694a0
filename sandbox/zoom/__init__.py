"""Zoom: OAuth, cloud recordings, downloads, webhooks and team chat."""
