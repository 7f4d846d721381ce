"""What people want to be told of once: looked at when facts may have made it true."""
