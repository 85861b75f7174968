"""Ecological compensation for air quality (环境空气质量生态补偿) among nine counties and districts: 许政办〔2022〕39号.

Each month each of the nine is measured against the mean of its group, in five factors; who is worse pays into the
city's purse, who is better is paid out of it.
"""
