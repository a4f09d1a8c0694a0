"""The demo: starts everything, drives the hub as a person with a browser would, and says what came of it."""
