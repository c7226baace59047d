"""The demonstration network: people, clients and campaigns that nobody ever was, always the same ones.

Everything goes through the public API, as the host CRM and its people would do it; run again, it changes nothing.
"""
