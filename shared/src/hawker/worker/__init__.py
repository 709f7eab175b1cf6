"""What all workers share: registry, runner, window, deadlines, credentials, the HTTP seam."""
