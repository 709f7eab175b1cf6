"""The only room that knows Etsy's words. It never knows which task asks, and never retries on its own."""
