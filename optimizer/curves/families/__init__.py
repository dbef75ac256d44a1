"""One file a family of response curves: file name = family name = its name in stored curves."""
