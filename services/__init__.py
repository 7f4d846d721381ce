"""The four deployables; none imports another."""
