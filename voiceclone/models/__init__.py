"""The base models in a data folder: status, download, removal."""
