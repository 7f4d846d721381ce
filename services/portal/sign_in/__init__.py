"""How somebody becomes a viewer: by the identity provider, or as a person of the demo's story."""
