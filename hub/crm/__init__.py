"""Which CRM records a meeting belongs to, and why."""
