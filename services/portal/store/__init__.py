"""The portal's tables: one typed function a statement."""
