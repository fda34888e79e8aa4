"""What a person reads to consent, in every language of recordings: the sentence, names of months, plain words.

The words are our choice: things a child knows, of at least two syllables where the language has them, and no two of a
language alike enough to be mistaken for each other (`tests/test_consent.py` checks that). How often the recogniser
hears the English ones is in docs/consent.md.
"""

from collections.abc import Sequence
from datetime import date

from voiceclone.text.languages import get_language

_SENTENCES = {
    "en": "My name is {name}. Today is {day} {month} {year}. I agree that a computer may learn to speak with my voice. "
    "My four words are: {words}.",
    "es": "Me llamo {name}. Hoy es {day} de {month} de {year}. Acepto que un programa aprenda a hablar con mi voz. "
    "Mis cuatro palabras son: {words}.",
    "fr": "Je m’appelle {name}. Nous sommes le {day} {month} {year}. J’accepte qu’un ordinateur apprenne à parler avec "
    "ma voix. Mes quatre mots sont : {words}.",
    "it": "Mi chiamo {name}. Oggi è il {day} {month} {year}. Accetto che un computer impari a parlare con la mia voce. "
    "Le mie quattro parole sono: {words}.",
    "pt": "O meu nome é {name}. Hoje é dia {day} de {month} de {year}. Aceito que um computador aprenda a falar com a "
    "minha voz. As minhas quatro palavras são: {words}.",
    "hi": "मेरा नाम {name} है। आज {day} {month} {year} है। मुझे स्वीकार है कि कंप्यूटर मेरी आवाज़ में बोलना सीखे। "
    "मेरे चार शब्द हैं: {words}।",
    "de": "Ich heiße {name}. Heute ist der {day}. {month} {year}. Ich bin einverstanden, dass ein Computer lernt, mit "
    "meiner Stimme zu sprechen. Meine vier Wörter sind: {words}.",
    "nl": "Ik heet {name}. Vandaag is het {day} {month} {year}. Ik ga ermee akkoord dat een computer leert spreken met "
    "mijn stem. Mijn vier woorden zijn: {words}.",
    "pl": "Nazywam się {name}. Dziś jest {day} {month} {year}. Zgadzam się, żeby komputer nauczył się mówić moim "
    "głosem. Moje cztery słowa to: {words}.",
    "ru": "Меня зовут {name}. Сегодня {day} {month} {year} года. Я разрешаю компьютеру научиться говорить моим "
    "голосом. Мои четыре слова: {words}.",
    "tr": "Benim adım {name}. Bugün {day} {month} {year}. Bir bilgisayarın benim sesimle konuşmayı öğrenmesini kabul "
    "ediyorum. Dört kelimem şunlar: {words}.",
}
"""By family of languages. The verbs fit a woman and a man."""

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "hi": "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
}

_WORDS = {
    "en": """
apple airport animal autumn banana basket bicycle birthday bottle breakfast camera carpet castle chicken chocolate
coffee dinner doctor elephant engine family finger forest garden guitar hammer holiday hospital island jacket kitchen
ladder lemon library market mirror monkey morning mountain museum orange paper pencil picture planet pocket potato
purple rabbit river silver spider station sugar teacher thunder tiger tomato umbrella village turtle water window yellow
""",
    "es": """
agua abuela amigo árbol azúcar bicicleta bosque caballo café camino camisa castillo chocolate cocina domingo elefante
escuela espejo familia fuego guitarra hermano hospital invierno jardín lámpara leche libro limón manzana mercado mesa
montaña música naranja nieve noche perro pescado playa puerta queso sombrero tomate trabajo ventana verano zapato
""",
    "fr": """
abricot animal armoire bateau bouteille boulanger cerise chaise chapeau chocolat citron couteau cuisine dimanche école
éléphant enfant étoile famille fenêtre fleuve fourchette fromage girafe guitare hôpital jardin journal lapin lumière
maison marché médecin montagne musique neige oiseau orange papier pharmacie pomme pompier printemps rivière salade table
tomate voiture
""",
    "it": """
albero amico arancia autunno banana bicicletta bottiglia bosco camicia castello cavallo chiesa chitarra cioccolato
cucina domenica elefante estate famiglia farmacia finestra fiume formaggio fratello giardino giornale inverno isola
lampada latte libro limone mercato montagna musica neve ospedale pomodoro porta ristorante scarpa scuola sorella
specchio stazione tavolo treno zucchero
""",
    "pt": """
abacaxi amigo árvore açúcar banana barco bicicleta cabelo cachorro café camisa castelo cavalo chocolate cidade cozinha
domingo elefante escola espelho família farmácia floresta girafa guitarra hospital inverno irmão jardim janela laranja
leite limão livro manhã mercado montanha música navio noite peixe praia queijo sapato tomate trabalho vermelho vizinho
""",
    "hi": """
पानी किताब खिड़की दरवाज़ा बगीचा बाज़ार सूरज चंद्रमा पहाड़ नदी जंगल हाथी घोड़ा बंदर मछली तितली गुलाब कमल आम केला संतरा टमाटर
आलू चावल रोटी दूध चीनी नमक कुर्सी मेज़ अलमारी कपड़ा जूता टोपी चश्मा घड़ी साइकिल रेलगाड़ी हवाई नाव अस्पताल विद्यालय अध्यापक
परिवार भाई संगीत त्योहार बारिश
""",
    "de": """
Apfel Ameise Bahnhof Banane Blume Brücke Butter Kamera Donner Elefant Familie Fenster Flugzeug Freitag Frühling Garten
Gitarre Gurke Hammer Himmel Honig Kaffee Kartoffel Kirche Kuchen Lampe Löffel Mittwoch Morgen Museum Nachbar Orange
Papier Pinguin Regen Sommer Schlüssel Schokolade Spiegel Straße Tiger Tomate Treppe Vogel Wasser Winter Zeitung Zucker
""",
    "nl": """
appel auto avond banaan bakker beker bloem boter brief citroen dokter donder eiland emmer fabriek familie fiets gitaar
hamer herfst honing jongen kaas kasteel keuken kikker koffie konijn lepel maandag meisje molen muziek olifant paraplu
peper potlood regen rivier schilder sleutel spiegel suiker tafel tomaat venster vlinder winkel
""",
    "pl": """
babcia banan biblioteka brzoza chleb cukier cytryna czekolada drzewo dziadek fabryka gitara góra herbata jabłko jezioro
kanapka kawa klucz kobieta koszula książka kuchnia lampa lodówka łyżka marchewka masło mleko muzyka niedziela okno
ogórek pomidor piątek poduszka rower rzeka rodzina samolot szkoła słońce talerz truskawka ulica wakacje zegar zupa
""",
    "ru": """
яблоко автобус бабушка банан берёза библиотека вечер вода воскресенье газета гитара город дерево дорога жираф завтрак
зеркало зима капуста картина книга комната корабль лампа лимон лошадь машина молоко море музыка огурец окно осень
погода помидор пятница радуга ракета река рубашка самолёт сахар собака солнце телефон утро чайник школа
""",
    "tr": """
ağaç anahtar araba armut arkadaş ayakkabı bahçe balık bardak bisiklet bulut çanta çikolata çiçek deniz domates ekmek
elma fıstık gazete gitar gömlek güneş hastane horoz kahve kalem karpuz kelebek kitap kiraz köprü limon masa
merdiven müzik okul orman otobüs öğretmen pencere peynir portakal sandalye şeker tavuk tren yağmur
""",
}
"""By family of languages; none of them is in its sentence."""

_ENDS = ".।"
"""Marks that end a sentence in these languages."""


def words_of(language: str) -> tuple[str, ...]:
    """Return the plain words that challenges in `language` are drawn from, at least 48.

    Raises:
        TextError: recordings cannot be in that language.
    """
    return tuple(_WORDS[get_language(language).family].split())


def sentence_of(language: str, name: str, day: date, words: Sequence[str]) -> str:
    """Return what is read: who speaks, the day, that a voice may be made, and the words.

    Raises:
        TextError: recordings cannot be in that language.
    """
    family = get_language(language).family
    number = "1er" if family == "fr" and day.day == 1 else str(day.day)
    return _SENTENCES[family].format(
        name=name, day=number, month=_MONTHS[family].split()[day.month - 1], year=day.year, words=", ".join(words)
    )


def agreement_of(language: str) -> str:
    """Return the part of the sentence that says what is agreed to, without name, day and words."""
    template = _SENTENCES[get_language(language).family]
    after_the_year = template.index("{year}") + len("{year}")
    begins = next(place for place in range(after_the_year, len(template)) if template[place] in _ENDS) + 1
    return template[begins : template.index("{words}")].strip(" :")
