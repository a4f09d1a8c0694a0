"""Where results go: destinations, rules, outgoing webhooks, attempts, dead letters, replay."""
