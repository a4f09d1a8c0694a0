"""HubSpot: the figures of a call on Contact and Deal, and the call itself on their timelines."""
