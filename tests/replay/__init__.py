"""The replay: reading, planning and counting, without a stack."""
