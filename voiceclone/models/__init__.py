"""The base models of a data folder: which are there, getting and removing them."""
