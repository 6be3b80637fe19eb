"""Rosters as files: reading them, saying what is wrong with them, writing them, and the work.

Nothing here touches the register: `community.roster` does, and is told what a file says.
"""
