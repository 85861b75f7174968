"""The city's online market for intermediary services (网上中介服务超市), ordered by 许政办〔2022〕27号.

So far its complaints (第三十五条 to 第三十七条): anyone complains of a party of the market to the authority that is
competent for the matter, which accepts within 2 working days, decides within 15, and publishes the decision.
"""
