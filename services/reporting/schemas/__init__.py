"""What the reports answer over HTTP: euros as decimal strings, rates with numerator and denominator beside them."""
