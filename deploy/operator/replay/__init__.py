"""`coffer replay`: a recorded workload, played against a running stack and accounted for."""
