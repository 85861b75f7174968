"""The city's online market for intermediary services (网上中介服务超市), ordered by 许政办〔2022〕27号.

Each part has the floor plan of a system:

    organisations/   who takes part: project owners and agencies, their people, how they enter        第二、十三至十六条
    catalogue/       the services, by the authority of their sector                                   第七、十四条
    purchases/       from the notice to the notice of award                                           第十七至二十八条
    sealing/         registrations and offers that nobody can read before they are opened             第二十一、三十八条
    draw/            a random draw that anybody can check                                             第十八条
    contracts/       from the signing to the payment                                                  第二十五、二十七条
    ratings/         ratings, conduct that counts, yearly grades                                      第二十九至三十四条
    supervision/     government prices, what is charged, credit records                               第八、十、三十四条
    interpretation/  how it is read where it can be read in more than one way
    complaints/      complaints about a party of the market                                           第三十五至三十七条

`rules.py`, `parameters.yaml` and `readings.yaml` have what is computed, `procedure.py` names the procedures of the
parts, `models.py` the models, `clauses.yaml` says what carries each clause.
"""
