"""The commands of ``goldthread``: thin, each calls one function and shows what it returns."""
