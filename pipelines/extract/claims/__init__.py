"""What a text says about people: addresses, numbers, handles, references and names, taken as claims."""
