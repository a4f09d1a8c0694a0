"""HubSpot: CRM objects with properties, associations, timeline events and signed webhooks."""
