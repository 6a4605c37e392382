"""Reading text: spaCy components over LAC, a trained reader, gazetteers, aliases and relations."""
