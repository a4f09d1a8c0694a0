"""The part of SOQL that integrations use."""
