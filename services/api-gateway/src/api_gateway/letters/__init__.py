"""The dead letters, as an operator sees and handles them: looked up, redriven, discarded. Decides nothing about a job."""
