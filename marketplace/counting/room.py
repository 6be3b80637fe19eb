"""What still has room: the budget, the ceilings, and projects that cannot win side by side."""

from dataclasses import dataclass, field

from marketplace.counting.profile import Profile


@dataclass
class Room:
    """What the projects chosen so far leave for the others; it only ever shrinks.

    `left` is the money left of the whole budget, below 0 where Equal Shares with raised shares
    overspends it; `under` what is left under each ceiling.
    """

    profile: Profile
    left: int
    under: list[int] = field(default_factory=list)
    shut_out: dict[int, int] = field(default_factory=dict)
    """Projects that cannot win any more, each with the chosen one that it cannot stand beside."""

    @classmethod
    def of(cls, profile: Profile) -> "Room":
        """Return the room before anything was chosen."""
        return cls(profile, profile.budget, list(profile.ceilings))

    def allows(self, project: int) -> bool:
        """Whether ceilings and chosen projects leave a project its place, money aside."""
        if project in self.shut_out:
            return False
        return not self.under or self.ceiling_short(project) <= 0

    def fits(self, project: int) -> bool:
        """Whether a project could be chosen now."""
        return self.profile.projects[project].cost <= self.left and self.allows(project)

    def ceiling_short(self, project: int) -> int:
        """Return by how much a project's cost is above what its ceilings leave; 0 or less: none."""
        cost = self.profile.projects[project].cost
        return max((cost - self.under[at] for at in self.profile.under[project]), default=0)

    def tightest(self, project: int) -> int | None:
        """Return the ceiling that leaves a project the least; None where none bounds it."""
        return min(self.profile.under[project], key=lambda at: self.under[at], default=None)

    def take(self, project: int) -> None:
        """Choose a project."""
        cost = self.profile.projects[project].cost
        self.left -= cost
        for at in self.profile.under[project]:
            self.under[at] -= cost
        for rival in self.profile.rivals[project]:
            self.shut_out.setdefault(rival, project)
