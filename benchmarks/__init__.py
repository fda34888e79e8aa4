"""How good a cloned voice is and what it costs, measured; `make benchmark`. Never part of the product or of CI."""
