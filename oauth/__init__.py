"""OAuth 2.0 as a client: authorization code with PKCE, refresh, revoke. No database, no web framework."""
