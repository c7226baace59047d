"""Everything on one machine: the launcher, its child servers and the embedded OIDC issuer."""
