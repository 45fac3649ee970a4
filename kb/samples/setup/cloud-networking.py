# Nothing to set up: both samples are whole, though the second imports nothing.
