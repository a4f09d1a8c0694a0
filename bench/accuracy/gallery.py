"""A gallery page of twenty-five people at 1280 x 720: how many faces are followed."""

from collections.abc import Iterator

import cv2
import numpy as np

from analysis_core.face import observe
from analysis_core.observations import FaceObservations, Frame
from bench.accuracy import people
from bench.accuracy.people import Picture
from bench.figures import Figures
from bench.sources import Sources

_ACROSS, _WIDTH, _HEIGHT = 5, 1280, 720
_PICTURES, _PER_SECOND = 24, 2.0
_TILE = (_WIDTH // _ACROSS, _HEIGHT // _ACROSS)


def measure(figures: Figures, data: Sources) -> None:
    """The share of tiles whose face was followed, and how many tracks lie in no tile or share one."""
    reels = [list(people.pictures(path, 10.0, _PICTURES)) for path in people.videos(data.meetings)]
    seen = observe(_pages(reels))
    tiles = _tiles_of(seen)
    figures.add("face.gallery25_found", len(set(tiles)) / _ACROSS**2)
    figures.add("face.gallery25_surplus_tracks", len(tiles) - len(set(tiles)))


def _pages(reels: list[list[Picture]]) -> Iterator[Frame]:
    for index in range(_PICTURES):
        page = np.full((_HEIGHT, _WIDTH, 3), 24, np.uint8)
        for tile in range(_ACROSS**2):
            reel = reels[tile % len(reels)]
            x, y = tile % _ACROSS * _TILE[0], tile // _ACROSS * _TILE[1]
            page[y : y + _TILE[1], x : x + _TILE[0]] = _person(reel[(index + tile) % len(reel)], tile // len(reels))
        yield Frame(index / _PER_SECOND, page)


def _person(picture: Picture, look: int) -> Picture:
    """Cropped to the tile's shape; the same person comes again mirrored, darker, or farther away."""
    shown = picture[:, ::-1] if look % 2 else picture
    height = shown.shape[1] * _TILE[1] // _TILE[0]
    top = max(0, (shown.shape[0] - height) // 2)
    small = cv2.resize(shown[top : top + height], _TILE, interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(small * (1 - 0.15 * (look // 2)), 0, 255), np.uint8)


def _tiles_of(seen: FaceObservations) -> list[int]:
    centres = [np.median(track.boxes[:, :2] + track.boxes[:, 2:] / 2, axis=0) * _ACROSS for track in seen.tracks]
    return [int(y) * _ACROSS + int(x) for x, y in centres]
