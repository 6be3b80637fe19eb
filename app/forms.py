"""What someone typed into a form, kept so that no mistake costs them their words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Form:
    """The typed values of a form, and for each wrong field one sentence that says what to do.

    A route makes one from the request, refuses what does not fit, and renders the same page again
    with it: the macros in `components/form.html` show value, hint and error, and put the cursor
    into the first wrong field.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, submitted: Mapping[str, object]) -> "Form":
        """Return a form with the text that was submitted, without spaces around it.

        A field that was sent several times (boxes ticked under one name) is a list. Also for
        filling a form before it is first shown: `Form.of({"minutes": "95"})`.
        """
        kept: dict[str, tuple[str, ...]] = {}
        for name, given in submitted.items():
            several = given if isinstance(given, list | tuple) else [given]
            kept[name] = tuple(one.strip() for one in several if isinstance(one, str))
        return cls(kept)

    def value(self, name: str) -> str:
        """Return what was typed into the field, or nothing."""
        given = self.values.get(name, ())
        return given[-1] if given else ""

    def chosen(self, name: str, option: object) -> bool:
        """Say whether the option was chosen."""
        return str(option) in self.values.get(name, ())

    def refuse(self, name: str, sentence: str) -> None:
        """Say what is wrong with a field; the first thing said stands."""
        self.errors.setdefault(name, sentence)

    def error(self, name: str) -> str:
        """Return what is wrong with the field, or nothing."""
        return self.errors.get(name, "")

    def focused(self, name: str) -> bool:
        """Say whether this is the first wrong field, where the cursor belongs."""
        return next(iter(self.errors), None) == name

    @property
    def ok(self) -> bool:
        """Say whether nothing was refused."""
        return not self.errors

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield each wrong field with its sentence, in the order of refusal."""
        return iter(self.errors.items())
