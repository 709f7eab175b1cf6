"""What all workers share: the runner with its window of attempts in flight, the HTTP seam, accounts, pictures, links."""
