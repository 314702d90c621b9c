"""What a form is: compiled, read, checked. Knows no Django and no database."""
