"""Salesforce: OAuth, sObject REST, SOQL, composite, the parts of Tooling that make fields."""
