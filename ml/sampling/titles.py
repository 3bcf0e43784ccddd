"""Words and frames from which made-up titles are put together, by language."""


class TitleStyle:
    """Frames (`|` between them) and words of titles in one language."""

    def __init__(self, frames: str, nouns: str, adjectives: str) -> None:
        self.frames = frames.split("|")
        self.nouns = nouns.split()
        self.adjectives = adjectives.split()


TITLE_STYLES = {
    "english": TitleStyle(
        "{a} {n}|{a} {n}s|The {a} {n}|{n} of {m}|{n} and {m}|{n} & {m}|My {a} {n}|One More {n}"
        "|Your {n}, My {m}|{n} Without {m}|Into the {a} {n}|Don't Take the {n}|No {n} Tonight"
        "|{n}, {m}, {n}|{n} in the {m}|When the {n} Calls|Trust the {n}|{n} #2|{n} for a {m}"
        "|The {a} {n} (Live)|{a} {n} (Live at Café {m})|{n} by the {m} (Remastered)|{n} / {m}"
        '|"{a}" {n}|He Said "{n}", She Said "{m}"|Déjà Vu, {n}|I\'ll Be Your {n}',
        "Heart Night Eye World Light Dream Rain Fire River Road Home Train Moon Sun Sky Star Ocean"
        " Mountain Window Door Garden Summer Winter Shadow Stone Ghost Angel Devil Brother Mother"
        " Stranger Fool King Queen Soldier Street Town Storm Thunder Blood Death Grave Machine Song"
        " Mirror Guitar Radio Dance Letter Secret Whisper Bird Wolf Horse Rose Tree Island Harbour"
        " Bridge Diamond Highway Soul Groove Rebel Prayer Sailor Water Wall Word Hand Child Hope",
        "Broken Golden Lonely Lost Wild Silent Electric Crazy Sweet Cold Burning Empty Old"
        " Endless Hidden Holy Restless Silver Black White Red Midnight Paper Velvet Wicked Young"
        " Last Second Distant Faded Hungry Tired Naïve Invisible Northern Sleeping",
    ),
    "spanish": TitleStyle(
        "{n} {a}|{n} y {m}|Mi {n} {a}|Sin tu {n}|Tu {n}, mi {m}|Quiero tu {n}|{n} de {m}"
        "|No hay {n} sin {m}|¿Dónde está tu {n}?|Otra vez, {n}|Cuando llega tu {n}|{n} (En Vivo)",
        "Amor Vida Corazón Noche Alma Cielo Mar Luna Sol Camino Sueño Dolor Tiempo Mundo Fuego Flor"
        " Lluvia Estrella Mañana Canción Sangre Voz Mentira Calle Silencio Playa Guitarra",
        "Feliz Triste Libre Azul Verde Cruel Fugaz Inmortal Infiel Fatal Gris Real",
    ),
    "french": TitleStyle(
        "{n} {a}|{n} et {m}|Sans {n} ni {m}|Encore {n}, toujours {m}|Où est {n} ?|{n} ou {m}"
        "|Tout pour {n}|Ça ira, {n}|{n} contre {m}|{n} {a} (Live à Genève)",
        "Vie Jour Nuit Monde Soleil Rue Ville Amour Temps Guerre Colère Fête École Été Hiver Cœur"
        " Révolte Télé Police Usine Banlieue Fantôme Rêve Lumière Frère Liberté",
        "Rouge Triste Libre Fragile Étrange Immobile Sauvage Tranquille Jaune Vide",
    ),
    "japanese": TitleStyle(
        "{n}と{m}|{n}の{m}|{a}{n}", "夜 雨 海 空 月 花 風 星 夢 街", "青い 遠い 白い"
    ),
    "russian": TitleStyle("{n} и {m}|{a}, {n}|{n} или {m}", "Ночь Дождь Море Город", "Прощай"),
}
