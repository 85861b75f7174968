"""Pooling of outpatient costs (门诊共济) in the employees' medical insurance: 许政办〔2022〕24号.

The pooled fund pays a share of each ordinary outpatient visit, beyond a deductible for each institution and day and up
to a limit for the year; in exchange less goes into the insured person's own account each month.
"""
