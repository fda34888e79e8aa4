"""Spoken consent as a person gives it: see the sentence, read it into the microphone, be thanked; or not."""

import pytest

from tests.browser.acting import load_example
from tests.browser.conftest import CHROMIUM, EXAMPLE, Visitor, microphone_arguments
from tests.spoken_consent import read_by_joe
from voiceclone.audio.sound import decode, encode_wav
from voiceclone.ui.text import consent as consent_text

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def part(visitor: Visitor, name: str):
    return visitor.page.locator(f'#consent-stage [data-part="{name}"]')


def says(visitor: Visitor, words: str) -> None:
    visitor.page.wait_for_function(
        "words => document.querySelector('#consent-stage [data-part=status]').textContent.includes(words)", arg=words
    )


def read_aloud(visitor: Visitor, seconds: float) -> None:
    part(visitor, "record").click()
    visitor.page.wait_for_selector('#consent-stage [data-state="recording"]')
    visitor.page.wait_for_timeout(1000 * seconds)
    part(visitor, "record").click()


def test_a_person_speaks_the_consent_after_reading_the_wrong_words(chromium, server, tmp_path):
    heard = tmp_path / "heard.wav"
    encode_wav(decode(EXAMPLE[0]), heard)
    arguments = microphone_arguments(heard)
    with chromium.browser_type.launch(executable_path=CHROMIUM, args=arguments) as browser:
        visitor = Visitor(browser, server.url)
        load_example(visitor)
        visitor.page.wait_for_function(
            "document.querySelector('#consent-stage [data-part=given]').textContent.includes('Nobody')"
        )
        part(visitor, "ask").click()
        says(visitor, "empty")  # nobody's name
        part(visitor, "name").fill("Joe Miller")
        part(visitor, "ask").click()
        part(visitor, "sentence").wait_for()
        sentence = part(visitor, "sentence").inner_text()
        assert sentence.startswith("My name is Joe Miller.")
        says(visitor, "left")
        visitor.picture("consent-sentence")

        read_aloud(visitor, 2)
        visitor.page.wait_for_selector("#consent-stage [data-part=status].vc-bad")
        assert part(visitor, "sentence").inner_text() == sentence, "it may be read again"

        reading = read_by_joe(sentence)
        encode_wav(reading, heard)  # the microphone hears the file from its beginning whenever it is opened
        read_aloud(visitor, reading.duration_s + 1)
        says(visitor, consent_text.given("Joe Miller", True))
        assert "Joe Miller spoke the consent" in part(visitor, "given").inner_text()
        assert not part(visitor, "stage").is_visible()
        visitor.picture("consent-given")

        part(visitor, "withdraw").click()
        assert part(visitor, "withdraw").inner_text() == consent_text.WITHDRAW_SURE
        part(visitor, "withdraw").click()
        says(visitor, consent_text.WITHDRAWN)
        part(visitor, "wrote").check()
        part(visitor, "note").fill("Letter of 3 May 2026, in the red folder")
        part(visitor, "permit").click()
        says(visitor, consent_text.PERMITTED)
        for look, context in (
            ("dark", {"color_scheme": "dark"}),
            ("phone", {"viewport": {"width": 390, "height": 844}}),
        ):
            other = Visitor(browser, server.url, **context)
            part(other, "ask").scroll_into_view_if_needed()
            other.picture(f"consent-{look}")
            other.close()
        visitor.close()
        assert visitor.complaints == []
