"""Salesforce: the figures of a call on Contact, Lead and Opportunity, and the call itself as a Task."""
