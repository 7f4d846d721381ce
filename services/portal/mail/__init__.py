"""Letters: what people are told by e-mail, written from facts and sent once."""
