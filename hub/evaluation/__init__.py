"""`hub evaluate`: the analysis core measured on a customer's own labelled data. Nothing is stored or sent."""
