"""The web pages for people; one file per screen."""
