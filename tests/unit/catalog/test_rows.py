import re

import pytest

from gigawatt import catalog
from gigawatt.kernel.errors import InputError


@pytest.mark.parametrize("kind", catalog.kinds())
def test_every_row_has_source_date_and_confidence(kind):
    for name, row in catalog.rows(kind).items():
        assert row.source.strip(), (kind, name)
        assert re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", row.as_of), (kind, name, row.as_of)
        assert row.confidence in catalog.CONFIDENCES, (kind, name, row.confidence)
        for field, own in row.sources.items():
            assert field in row.values, f"{kind}.{name}.sources.{field} belongs to no value"
            assert set(own) <= {"source", "as_of", "confidence", "note"}, (kind, name, field)
            assert own.get("confidence", "assumed") in catalog.CONFIDENCES, (kind, name, field)


@pytest.mark.parametrize("kind", catalog.kinds())
def test_no_source_names_a_path_of_a_machine(kind):
    for row in catalog.rows(kind).values():
        texts = [row.source, row.note, *(s.get("source", "") for s in row.sources.values())]
        assert not any(re.search(r"(^|\s)/(work|tmp|home|root)\b", t) for t in texts), row.name


def test_an_unknown_row_is_answered_with_the_nearest():
    with pytest.raises(InputError, match="write 'h100'"):
        catalog.row("chip", "h10")
    with pytest.raises(InputError, match="write 'chip'"):
        catalog.rows("chips")
