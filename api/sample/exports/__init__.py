"""The byte formats of three platforms' exports, one module each: ``write(sheet) -> bytes``."""
