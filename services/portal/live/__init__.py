"""What changes on open pages: one reader of the stream, one look a topic, one fragment for all."""
