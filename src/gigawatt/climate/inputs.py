"""What a person may write about a site's climate."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gigawatt.kernel.inputs import InputModel, Name


class PlaceInput(InputModel):
    """Where a site lies and what its weather is made from."""

    climate: Name
    """Row of the catalogue (kind ``climate``): normals and design conditions, such as ``memphis``."""
    weather_file: Annotated[str, Field(min_length=1, max_length=1024)] | None = None
    """Path of an EPW or TMY3 file whose year is repeated instead of made weather. Plants are sized on the
    catalogue row's design conditions all the same. Default: none, weather is synthesised from the row."""
