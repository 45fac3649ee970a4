# Nothing to set up: the sample is whole, though it imports nothing.
