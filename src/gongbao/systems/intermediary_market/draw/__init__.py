"""A random draw that anybody can check, and that tells nobody early who registered: 第十八条."""
