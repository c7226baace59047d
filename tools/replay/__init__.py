"""Plays the host CRM against a running product, through its public API alone, with a file of real calls to clients.

`source` reads the file, `plan` turns its rows into what a CRM would send, `play` sends it, `expect` computes every
figure from the file by other code, `compare` says where the reports differ. One module per API that is spoken to:
`directory`, `campaign`, `signals`, `reports`.
"""
