"""How Jalon is put on machines: one command here, images and manifests beside it."""
