"""The projection of saved hours for people: its assumptions as a form, its figures as pictures."""
