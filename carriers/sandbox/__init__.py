"""The offline twin of both platforms: a process of its own that imports nothing of the app."""
