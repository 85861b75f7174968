"""The services that may be bought, kept by the authority of their sector: 第七条第（一）项, 第十四条."""
