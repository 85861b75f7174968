"""Medical assistance (医疗救助) for people in hardship: 许政办〔2022〕14号.

What the insurance leaves a person to pay for treatment is paid in part out of the assistance fund, by category and up
to a limit for the year, with a supplement beyond it. The same document supports their insurance contributions, has
cases of heavy costs watched, and makes hospitals bear what they charge beyond the scope of the insurance.
"""
