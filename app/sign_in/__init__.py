"""How somebody shows who they are: password, one-time code, card, second factor.

Each verb is one transaction with its audit event. None of them tells a stranger whether a telephone
number is a member's: what is asked, counted, waited for and written is the same for all numbers.
"""
