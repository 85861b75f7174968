"""The pages of purchases: public.py what everybody sees, owner.py the owner's work, desk.py that of the operator and of
finance, agency.py what a selected agency does."""
