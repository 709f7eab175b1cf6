"""The language and tools that every Hawker service and every outside publisher shares."""
