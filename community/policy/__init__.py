"""What a community decides for itself: settings, the packs that state them, which one is in force.

A package declares its settings with `number`, `switch` and `choice`; a community adopts a pack, a
file that states them; a verb asks `policy_in_force` at the moment of its event and reads
`policy[SETTING]`.
"""

from community.policy.adopting import (
    adopt_policy,
    adopted_pack,
    adopted_packs,
    policy_in_force,
)
from community.policy.errors import (
    InvalidPack,
    MomentTaken,
    NotAnAdministrator,
    NotRetroactive,
    PolicyError,
)
from community.policy.file import BadPackFile, Fault, Problem, read_pack
from community.policy.pack import AdoptedPack, Change, Pack, Policy, changes
from community.policy.setting import Kind, Setting, Unit, Value, choice, number, switch

__all__ = [
    "AdoptedPack",
    "BadPackFile",
    "Change",
    "Fault",
    "InvalidPack",
    "Kind",
    "MomentTaken",
    "NotAnAdministrator",
    "NotRetroactive",
    "Pack",
    "Policy",
    "PolicyError",
    "Problem",
    "Setting",
    "Unit",
    "Value",
    "adopt_policy",
    "adopted_pack",
    "adopted_packs",
    "changes",
    "choice",
    "number",
    "policy_in_force",
    "read_pack",
    "switch",
]
