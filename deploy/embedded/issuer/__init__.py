"""The embedded OIDC issuer: real RS256 tokens for the people of the demonstration and for the CRM.

It asks nobody for a password and therefore refuses to start in production.
"""
