"""The marketplace's refusals: one exception for each, with words a person can act on."""


class MarketplaceError(Exception):
    """Anything the marketplace refuses."""


class BadElectionFile(MarketplaceError):  # noqa: N818 - it names what is wrong, as its kin do
    """A `.pb` file that could give a wrong result if it were counted.

    `line` is the line in the file, 0 where the fault lies in the whole. Nothing was counted.
    """

    def __init__(self, problem: str, *, advice: str, line: int = 0) -> None:
        self.line = line
        self.problem = problem
        self.advice = advice
        where = f"line {line}: " if line else ""
        super().__init__(f"{where}{problem}. {advice}")


class BadRules(MarketplaceError):  # noqa: N818 - it names what is wrong, as its kin do
    """Counting rules that contradict themselves or do not fit the election."""
