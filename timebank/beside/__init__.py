"""What is kept beside a visit: safety notes, photographs, and what both sides thought of it."""

from timebank.beside.errors import NoPhoto, RatingOver
from timebank.beside.personal import KEPT, forget_beside, take_over_beside
from timebank.beside.photos import (
    PHOTOS_AT_A_TIME,
    Photo,
    add_photo,
    clear_photos,
    has_photo,
    photo,
)
from timebank.beside.ratings import (
    Published,
    Rating,
    low_ratings,
    mark_seen,
    own_rating,
    published,
    rate,
    ratings_of_visit,
)
from timebank.beside.rules import PUBLISHED_FROM, RATING_WORDS_MAX, STARS_LOW
from timebank.beside.safety import SafetyNote, safety_note, safety_of_visit, save_safety_note

__all__ = [
    "KEPT", "PHOTOS_AT_A_TIME", "PUBLISHED_FROM", "RATING_WORDS_MAX", "STARS_LOW", "NoPhoto",
    "Photo", "Published", "Rating", "RatingOver", "SafetyNote", "add_photo", "clear_photos",
    "forget_beside", "has_photo", "low_ratings", "mark_seen", "own_rating", "photo", "published",
    "rate", "ratings_of_visit", "safety_note", "safety_of_visit", "save_safety_note",
    "take_over_beside",
]  # fmt: skip
