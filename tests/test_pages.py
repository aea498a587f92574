"""The look that all pages share."""

import pytest

from pipelines.pages import FRAME
from pipelines.settings import PACKAGE_ROOT

OWN = sorted(path.relative_to(PACKAGE_ROOT).as_posix() for path in PACKAGE_ROOT.glob("pipelines/*/**/templates/*.css"))


def test_what_is_wider_than_a_phone_shows_by_a_shade_that_it_goes_on():
    (rule,) = [line for line in (FRAME / "page.css").read_text().split("}") if line.lstrip().startswith(".scroll{")]
    assert "overflow-x:auto" in rule
    assert "var(--shade)" in rule


@pytest.mark.parametrize("path", OWN)
def test_no_page_has_a_shade_of_its_own(path):
    assert "--shade" not in (PACKAGE_ROOT / path).read_text()
