"""The form in which volunteers say what they like to give, where and in which languages."""

from uuid import UUID

import community
import timebank
from app.care_words import SPEECHES
from app.forms import Form
from app.i18n import current_language
from app.i18n import gettext as _
from app.visit_words import icon_of
from community import Actor
from timebank.care import Profile, Speech, Volunteer


def filled(found: Volunteer | None) -> Form:
    """Return the form for what is kept; Mandarin is ticked before anything was said."""
    profile = found.profile if found else Profile(languages=frozenset({Speech.MANDARIN}))
    return Form.of(
        {
            "words": profile.words,
            "skills": [str(one) for one in profile.skills],
            "grids": [str(one) for one in profile.grids],
            "languages": [one.value for one in profile.languages],
            "honours": ["public"] if profile.honours_public else [],
        }
    )


def read(form: Form) -> Profile:
    """Return what a form says; what is no choice of the form is passed over."""
    return Profile(
        words=form.value("words"),
        skills=_ids(form, "skills"),
        grids=_ids(form, "grids"),
        languages=frozenset(one for one in Speech if form.chosen("languages", one.value)),
        honours_public=form.chosen("honours", "public"),
    )


async def offered(by: Actor, found: Volunteer | None) -> dict[str, list[tuple[str, ...]]]:
    """Return what can be chosen: care services on offer or chosen before, grids, languages."""
    chosen = found.profile.skills if found else frozenset()
    services = await timebank.care_services(by.community_id, retired=True)
    language = current_language()
    return {
        "skills": [
            (str(one.id), one.name(language), "", icon_of(one.code))
            for one in services
            if not one.retired or one.id in chosen
        ],
        "grids": [(str(one.id), one.name) for one in await community.grids(by.community_id)],
        "speeches": [(one.value, _(words)) for one, words in SPEECHES.items()],
    }


def _ids(form: Form, name: str) -> frozenset[UUID]:
    found = set()
    for text in form.values.get(name, ()):
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return frozenset(found)
