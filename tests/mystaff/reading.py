"""What a person reads on a page."""

import re


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def names_in(response) -> list[str]:
    """The people listed, without what tells two of one name apart."""
    return re.findall(r'class="person".*?</span><span>([^<]*)', response.content.decode(), re.DOTALL)


def words(response) -> str:
    """The page without what differs in every response: the form's token."""
    text = response.content.decode()
    return re.sub(
        r'name="csrfmiddlewaretoken" value="\w+"', "", text[text.index("<main") : text.index("</main>")]
    )
