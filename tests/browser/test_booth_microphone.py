"""The booth and the microphone: level meter, clipping light, plain or processed sound."""

import pytest

from tests.browser.acting import booth_button, booth_state, new_person, record
from tests.browser.conftest import CHROMIUM, EXAMPLE, Visitor, microphone_arguments
from voiceclone.audio.sound import Audio, decode, encode_wav

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

TOLD_SETTINGS = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wishes) => {
  const stream = await ask(wishes);
  window.settings = stream.getAudioTracks()[0].getSettings();
  return stream;
};
"""
HIGHEST_LEVEL = """() => new Promise((resolve) => {
  let highest = 0;
  const until = performance.now() + 4000;
  const look = () => {
    highest = Math.max(highest, parseFloat(document.querySelector('#booth [data-part=level]').style.width));
    if (performance.now() < until) setTimeout(look, 20);
    else resolve(highest);
  };
  look();
})"""


def visit_hearing(chromium, server, folder, factor: float) -> Visitor:
    """A visitor in a browser whose microphone hears the example voice, so many times as loud and clipped."""
    voice = decode(EXAMPLE[0])
    encode_wav(Audio((voice.samples * factor).clip(-1, 1), voice.sample_rate), folder / "heard.wav")
    arguments = microphone_arguments(folder / "heard.wav")
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    visitor = Visitor(browser, server.url)
    visitor.context.on("close", lambda: browser.close())
    return visitor


@pytest.mark.parametrize(("factor", "lowest", "too_loud"), [(0.03, 5, False), (30.0, 95, True)])
def test_the_meter_shows_the_level_and_the_light_tells_too_loud(chromium, server, tmp_path, factor, lowest, too_loud):
    visitor = visit_hearing(chromium, server, tmp_path, factor)
    try:
        new_person(visitor, f"Meter {factor}")
        light = booth_button(visitor, "too-loud")
        assert light.is_hidden()
        booth_button(visitor, "record").click()
        booth_state(visitor, "recording")
        if too_loud:
            light.wait_for(state="visible")
        highest = visitor.page.evaluate(HIGHEST_LEVEL)
        assert lowest < highest <= 100
        assert too_loud or (highest < 60 and light.is_hidden())
        booth_button(visitor, "record").click()
        booth_state(visitor, "review")
        # The microphone is let go in the background; nothing it said stays lit.
        visitor.page.evaluate(
            """() => {
              Object.defineProperty(document, 'hidden', { value: true, configurable: true });
              document.dispatchEvent(new Event('visibilitychange'));
            }"""
        )
        light.wait_for(state="hidden")
        assert visitor.page.evaluate("document.querySelector('#booth [data-part=level]').style.width") in ("0%", "0px")
        assert visitor.complaints == []
    finally:
        visitor.close()


def test_the_plain_microphone_is_switched_off_and_on_between_takes(visit):
    visitor = visit(before=TOLD_SETTINGS)
    page = visitor.page
    new_person(visitor, "Processed")
    switch = page.get_by_label("Record the plain microphone")
    page.get_by_text("Microphone settings").click()
    switch.wait_for()

    def processed(on: bool) -> bool:
        record(visitor, 1)
        booth_button(visitor, "skip").click()
        settings = page.evaluate("window.settings")
        return all(settings[name] is on for name in ("echoCancellation", "noiseSuppression", "autoGainControl"))

    assert switch.is_checked() and processed(False)
    switch.uncheck()
    assert processed(True), "the microphone that is open is opened anew"
    visitor.reload()
    page.get_by_text("Microphone settings").click()
    page.wait_for_function("window.voicecloneMicrophone.raw === false")
    assert not switch.is_checked(), "the choice belongs to this browser"
    switch.check()
    assert processed(False)
