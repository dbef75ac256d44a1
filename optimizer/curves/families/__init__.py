"""One file a family of concave response curves: file name = family name = its name in stored curves."""
