"""The operations of the selling API, a file for each kind of resource: what is asked becomes an act
of the domain, and what it made becomes an answer. The files never import each other."""
