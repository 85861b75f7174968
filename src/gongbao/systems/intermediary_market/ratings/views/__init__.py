"""The pages of ratings and conduct: for everybody, owners who rate, agencies who answer, the operator, auditors."""
