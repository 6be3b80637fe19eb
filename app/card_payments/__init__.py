"""Payments by card, Alipay and WeChat Pay, through Stripe or a stand-in for it.

What is wanted of Stripe is written in the transaction of the verb that wants it (`stripe_call`),
asked for outside any transaction (`calling`), and its answer applied in a transaction of its own.
What Stripe tells by itself comes in through the inbox (`inbox`). Both end in `applying`, which
repeats safely: a payment counts once, however often and in whatever order it is told of.
"""
