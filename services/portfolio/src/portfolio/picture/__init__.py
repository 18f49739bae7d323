"""Pictures: the figures behind what managers look at, one operation each; drawing them is somebody else's work."""
