"""Microsoft 365: sign-in, and of Graph what Teams recordings, transcripts and result mails need."""
