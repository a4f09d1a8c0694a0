"""Microsoft Teams: recordings and transcripts of online meetings, and result mails to their organisers."""
