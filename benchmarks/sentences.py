"""What the benchmark has spoken: twenty sentences no voice was trained on, and more text for the synthetic reader.

All written for this project.
"""

import re
from collections.abc import Iterable

UNSEEN = (
    "The farmer sold his last basket of plums before noon.",
    "Why did nobody mention the broken elevator to the guests?",
    "A narrow road leads down to the beach behind the pine trees.",
    "I wish we could stay here for another week or two.",
    "Her grandmother keeps every postcard in a wooden box.",
    "The pilot announced that we would be landing shortly.",
    "Can somebody show me how this washing machine works?",
    "He whispered something funny, and the whole row began to giggle.",
    "Fresh paint and sawdust gave the empty shop a pleasant smell.",
    "You should have seen the look on his face!",
    "Several birds had built their nests under the roof of the church.",
    "The meeting was moved to Thursday because the manager is ill.",
    "Take the second street on the right, just past the pharmacy.",
    "Their youngest daughter wants to become a veterinarian.",
    "It takes patience to teach an old dog a new trick.",
    "Heavy clouds gathered quickly above the football stadium.",
    "Do you prefer your eggs boiled, fried or scrambled?",
    "The orchestra played so softly that we could hear the wind outside.",
    "She shook the dust from her jacket and knocked twice on the door.",
    "What a relief to be home again after such a long voyage!",
)
"""Spoken by every voice and never part of what one is trained on."""

FURTHER_READING = (
    "When the ferry reached the island, the passengers waited quietly until the ropes were tied.",
    "My uncle repairs bicycles in a small garage behind the post office and rarely takes a day off.",
    "The recipe says to stir the sauce slowly, but I always end up rushing the final step.",
    "After the storm had passed, we walked through the orchard and gathered the fallen apples.",
    "Nobody expected the youngest player on the team to score the winning goal that night.",
    "If the weather stays dry, we will paint the garden fence on Saturday afternoon.",
    "The librarian smiled and handed me a heavy book about the history of sailing.",
    "Our bus broke down on a lonely road, so the driver told us stories until help arrived.",
    "She had packed warm socks, a torch, two maps and enough chocolate for the entire group.",
    "Before you sign anything, read every page carefully and ask about the parts you do not understand.",
    "The old bridge creaks in the wind, yet the engineers insist that it is perfectly safe.",
    "I found a photograph of my parents standing in front of their very first car.",
    "Although the hill was steep, the children raced each other all the way to the top.",
    "The shopkeeper wrapped the fragile vase in newspaper and placed it gently in a box.",
    "There is a rumor that the bakery on the corner will be turned into a cinema.",
    "We spent the whole evening looking for the dog, who was asleep under the sofa.",
    "Please make sure that all the windows are locked before you switch on the alarm.",
    "The professor paused for a moment, cleaned her glasses and began her lecture again.",
    "Would it be possible to exchange this shirt for one in a slightly larger size?",
    "A group of tourists gathered around the fountain and listened to the street musicians.",
    "The river had frozen over, and for the first time in years people were skating on it.",
    "He promised to call as soon as he arrived, but the telephone stayed silent all day.",
    "In the middle of the market stood a tall man juggling oranges for the crowd.",
    "I have always admired people who can draw a portrait with only a few simple lines.",
    "The flight was delayed by fog, so we played cards and drank far too much coffee.",
    "You will need a sharp knife, a large bowl and about half an hour of your time.",
    "Her new apartment is smaller than the old one, but the view over the harbor is splendid.",
    "They argued about the color of the curtains until neither of them cared any longer.",
    "The carpenter measured the doorway twice and still cut the board too short.",
    "Somewhere in the valley a church bell rang, and a flock of pigeons rose into the air.",
    "Could we move the appointment to next week, or is there nothing available before the holidays?",
    "The boy counted the coins in his pocket and decided against the second ice cream.",
    "It was so quiet in the cabin that we could hear the snow sliding off the roof.",
    "Every spring the whole village meets to clean the paths and repair the wooden benches.",
    "My colleague drinks nothing but green tea and swears that it keeps her awake.",
    "The judge asked the witness to repeat his answer a little louder and more slowly.",
    "We took the wrong exit and discovered a charming town that is not in any guidebook.",
    "How strange that you should call just now, when I was about to write to you!",
    "The nurse explained the procedure calmly, and the patient began to breathe more easily.",
    "A good pair of boots is worth the money if you plan to walk every day.",
    "Thick smoke rose from the chimney, and the smell of burning oak drifted across the yard.",
    "He learned to cook from his mother, who never used a scale or followed a recipe.",
    "The choir rehearses on Monday evenings in the hall next to the swimming pool.",
    "I cannot remember the title, but the film was about a lighthouse keeper and a whale.",
    "When you water the roses, be careful not to step on the young lettuce.",
    "The company has hired three new designers and is looking for an experienced accountant.",
    "We could hear thunder in the distance, but not a single drop of rain fell.",
    "The waiter recommended the grilled fish, which turned out to be an excellent choice.",
    "Two squirrels chased each other around the trunk until one of them gave up.",
    "Just outside the city there is a path along the canal where people run in the morning.",
    "Her suitcase was so heavy that two strangers offered to carry it up the stairs.",
    "The painting had been hanging upside down for years before anyone noticed the mistake.",
    "I would gladly help you move, but my back has been hurting since the weekend.",
    "From the balcony you can watch the fishing boats return just after sunrise.",
    "The teacher divided the class into small groups and gave each of them a different puzzle.",
    "Sooner or later somebody has to tell him that the project has been cancelled.",
    "A soft breeze moved the curtains while the cat watched every single movement.",
    "They built the house themselves, with nothing but hand tools and a great deal of patience.",
    "The guide warned us to stay on the marked trail because of the deep moss.",
    "If I were you, I would thank her for the advice and think about it overnight.",
)
"""Read by the synthetic voice after the reading script, until there is enough speech."""


def plain(text: str) -> str:
    """Return a text as it is compared: lower case, letters and single spaces only."""
    return " ".join(re.sub(r"[^a-z ]", " ", text.lower().replace("'", "")).split())


def unseen_among(texts: Iterable[str]) -> list[str]:
    """Return the unseen sentences that occur in `texts`, whole or as a part; there should be none."""
    read = [plain(text) for text in texts]
    return [sentence for sentence in UNSEEN if any(plain(sentence) in text for text in read)]
