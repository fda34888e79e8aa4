"""Sentences that the compared voices speak, written for this project; none is in the reading script."""

import re
from collections.abc import Iterable, Sequence

from voiceclone.errors import InputError

SPOKEN_SENTENCES = 10
"""Fewer would hide a difference of 0.02 in speaker similarity in the scatter; more take time."""

_SENTENCES = {
    "en": (
        "The baker opens his shop long before the sun comes up.",
        "Have you ever seen the sea on a stormy winter day?",
        "We left our bicycles under the old bridge and walked home.",
        "What a pity that the concert was over so soon!",
        "A young doctor moved into the house across the street.",
        "Please put the green bottle back into the basket.",
        "My sister learned to play the piano when she was seven.",
        "The last train to the city leaves in a quarter of an hour.",
        "Nobody knew why the dog refused to cross the field.",
        "Three tall ships were waiting outside the harbor.",
        "I would rather read a book than watch another film.",
        "Was it your idea to paint the kitchen yellow?",
    ),
    "es": (
        "El panadero abre su tienda mucho antes de que salga el sol.",
        "¿Has visto alguna vez el mar en un día de tormenta?",
        "Dejamos las bicicletas bajo el puente y volvimos andando a casa.",
        "¡Qué lástima que el concierto terminara tan pronto!",
        "Una médica joven se ha mudado a la casa de enfrente.",
        "Pon la botella verde otra vez en la cesta, por favor.",
        "Mi hermana aprendió a tocar el piano cuando tenía siete años.",
        "El último tren a la ciudad sale dentro de un cuarto de hora.",
        "Nadie sabía por qué el perro no quería cruzar el campo.",
        "Tres barcos altos esperaban fuera del puerto.",
        "Prefiero leer un libro que ver otra película.",
        "¿Fue idea tuya pintar la cocina de amarillo?",
    ),
    "fr": (
        "Le boulanger ouvre sa boutique bien avant le lever du soleil.",
        "Avez-vous déjà vu la mer un jour de tempête ?",
        "Nous avons laissé nos vélos sous le vieux pont.",
        "Quel dommage que le concert soit déjà fini !",
        "Un jeune médecin s'est installé dans la maison d'en face.",
        "Remettez la bouteille verte dans le panier, s'il vous plaît.",
        "Mon frère a appris à jouer du piano à sept ans.",
        "Le dernier train pour la ville part dans un quart d'heure.",
        "Personne ne savait pourquoi le chien refusait de traverser le champ.",
        "Trois grands bateaux attendaient devant le port.",
        "Je préfère lire un livre plutôt que de voir un autre film.",
        "Est-ce toi qui as voulu peindre la cuisine en jaune ?",
    ),
    "it": (
        "Il fornaio apre il negozio molto prima che sorga il sole.",
        "Hai mai visto il mare in un giorno di tempesta?",
        "Abbiamo lasciato le biciclette sotto il vecchio ponte.",
        "Che peccato che il concerto sia finito così presto!",
        "Un giovane medico si è trasferito nella casa di fronte.",
        "Rimetti la bottiglia verde nel cestino, per favore.",
        "Mia sorella ha imparato a suonare il pianoforte a sette anni.",
        "L'ultimo treno per la città parte tra un quarto d'ora.",
        "Nessuno sapeva perché il cane non volesse attraversare il campo.",
        "Tre grandi navi aspettavano fuori dal porto.",
        "Preferisco leggere un libro piuttosto che vedere un altro film.",
        "È stata tua l'idea di dipingere la cucina di giallo?",
    ),
    "pt": (
        "O padeiro abre a loja muito antes de o sol nascer.",
        "Você já viu o mar em um dia de tempestade?",
        "Deixamos as bicicletas embaixo da ponte velha e voltamos a pé.",
        "Que pena que o concerto terminou tão cedo!",
        "Uma jovem médica se mudou para a casa da frente.",
        "Coloque a garrafa verde de volta na cesta, por favor.",
        "Minha irmã aprendeu a tocar piano quando tinha sete anos.",
        "O último trem para a cidade sai em quinze minutos.",
        "Ninguém sabia por que o cão não queria atravessar o campo.",
        "Três grandes barcos esperavam fora do porto.",
        "Prefiro ler um livro a ver outro filme.",
        "Foi sua a ideia de pintar a cozinha de amarelo?",
    ),
    "hi": (
        "नानबाई सूरज निकलने से बहुत पहले अपनी दुकान खोल देता है।",
        "क्या तुमने कभी तूफ़ान के दिन समुद्र देखा है?",
        "हमने अपनी साइकिलें पुराने पुल के नीचे छोड़ दीं।",
        "कितने दुख की बात है कि कार्यक्रम इतनी जल्दी ख़त्म हो गया!",
        "सामने वाले घर में एक नए डॉक्टर रहने आए हैं।",
        "कृपया हरी बोतल वापस टोकरी में रख दो।",
        "मेरी बहन ने सात साल की उम्र में गाना सीखा।",
        "शहर जाने वाली आख़िरी गाड़ी थोड़ी देर में छूटेगी।",
        "किसी को पता नहीं था कि कुत्ता खेत पार क्यों नहीं करता।",
        "तीन बड़े जहाज़ किनारे के पास खड़े थे।",
        "मुझे फ़िल्म देखने से ज़्यादा किताब पढ़ना पसंद है।",
        "क्या रसोई को पीला रंगना तुम्हारा विचार था?",
    ),
}


def unseen_sentences(language: str, said: Iterable[str], own: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return the sentences for a comparison, without those said in the recordings.

    Args:
        language: a code; the part before the dash decides.
        said: the texts of all recordings of the project.
        own: sentences to use instead of ours; all unseen ones are spoken.

    Raises:
        InputError: there are none for that language, or all of them are said in the recordings.
    """
    sentences = _SENTENCES.get(language.split("-")[0], ()) if own is None else tuple(own)
    if not sentences:
        raise InputError(f"There are no sentences to compare voices with in “{language}”. Give some of your own.")
    heard = [plain(text) for text in said]
    unseen = [sentence for sentence in sentences if not any(plain(sentence) in text for text in heard)]
    if not unseen:
        raise InputError(
            "Every sentence to compare voices with is said in the recordings. Give sentences that are not."
        )
    return tuple(unseen if own is not None else unseen[:SPOKEN_SENTENCES])


def plain(text: str) -> str:
    """Normalise a text for comparison: lower case, no punctuation, single spaces."""
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())
