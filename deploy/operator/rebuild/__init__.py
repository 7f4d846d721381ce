"""`coffer rebuild`: a service's copies of the others, made anew while it runs."""
