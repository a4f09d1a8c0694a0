"""Our OAuth 2.0 authorisation server: apps that act for a member, within what that member allowed."""
