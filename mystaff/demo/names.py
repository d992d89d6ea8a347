"""Names for made-up people, as mixed as a real district's. `native|latin` where the script is not Latin."""

import unicodedata
from random import Random

_POOLS = (
    (
        30,
        "Ava Liam Emma Noah Olivia Ethan Mia Lucas Harper Mason Ella Logan Grace Owen Chloe Caleb Lily "
        "Wyatt Zoe Isaac Hazel Levi Ruby Aaron Stella Miles Claire Jonah Naomi Felix Maya Simon Alice "
        "Hugo Clara Jasper Ivy Oscar",
        "Smith Johnson Brown Miller Davis Wilson Moore Taylor Anderson Jackson White Harris Martin "
        "Thompson Clark Lewis Walker Hall Young King Wright Hill Green Adams Nelson Carter Mitchell "
        "Roberts Turner Phillips Campbell Parker Evans Edwards Collins Stewart Morris Rogers Cook Morgan "
        "Bell Murphy Bailey Cooper O’Brien O’Connor",
    ),
    (
        28,
        "Sofía Mateo Valentina Santiago Camila Sebastián Lucía Diego Mariana José Daniela Ángel Gabriela "
        "Luis Elena Andrés Paula Tomás Ximena Joaquín Renata Iván Natalia Raúl Inés Martín Jimena Héctor "
        "Carla Adrián",
        "García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera "
        "Gómez Díaz Cruz Morales Ortiz Gutiérrez Chávez Ramos Ruiz Vásquez Castillo Jiménez Muñoz Peña "
        "Núñez Ibáñez",
    ),
    (
        8,
        "Linh Minh Anh Huy Trang Đức Mai Tuấn Ngọc Phúc Hương Khoa Thảo Long",
        "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Đặng Bùi",
    ),
    (
        8,
        "Imani Malik Amara Kwame Zuri Jabari Nia Kofi Aisha Chidi Adaeze Tunde Ngozi Emeka",
        "Washington Jefferson Banks Okafor Mensah Adeyemi Abebe Diallo Owusu Eze Tesfaye Kamara",
    ),
    (
        7,
        "Priya Arjun Ananya Rohan Diya Vikram Meera Aditya Kavya Nikhil Isha Sanjay",
        "Patel Singh Sharma Gupta Reddy Iyer Khan Kumar Desai Nair Joshi Kaur",
    ),
    (
        6,
        "Zofia Jakub Łucja Michał Oksana Dmytro Søren Astrid Jürgen Chloë Zoë François Élodie Björn",
        "Kowalski Wiśniewska Łukasik Shevchenko Kovalenko Sørensen Åberg Müller Groß Lefèvre D’Angelo Novák",
    ),
    (
        5,
        "小明|xiaoming 美玲|meiling 伟|wei 芳|fang 子轩|zixuan 欣怡|xinyi 浩|hao 静|jing 志强|zhiqiang 丽|li",
        "王|wang 李|li 张|zhang 刘|liu 陈|chen 杨|yang 黄|huang 吴|wu 林|lin",
    ),
    (
        5,
        "محمد|mohammed فاطمة|fatima أحمد|ahmad مريم|maryam يوسف|yusuf ليلى|layla عمر|omar نور|nour "
        "خالد|khalid سارة|sara",
        "الحسن|alhassan حداد|haddad خوري|khoury منصور|mansour سليمان|suleiman نجار|najjar عباس|abbas",
    ),
    (
        3,
        "Ji-woo Min-jun Seo-yeon Ha-eun Hiroshi Yuki Kenji Sakura",
        "Kim Park Lee Choi Jung Tanaka Suzuki Sato",
    ),
)
_WEIGHTS = [weight for weight, _given, _family in _POOLS]
_LETTERS = str.maketrans({"đ": "d", "ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "’": "", "'": "", "-": ""})

Name = tuple[str, str, str]


def draw(random: Random) -> Name:
    """A first name, a last name, and the two in plain letters as the beginning of a user name."""
    _weight, given, family = random.choices(_POOLS, _WEIGHTS)[0]
    return named(random.choice(given.split()), random.choice(family.split()))


def named(given: str, family: str) -> Name:
    """The same for names that are given."""
    (shown, latin), (shown_family, latin_family) = map(_both, (given, family))
    return shown, shown_family, f"{latin}.{latin_family}"


def _both(name: str) -> tuple[str, str]:
    """The name as written, and in the letters of a user name."""
    shown, _bar, latin = name.partition("|")
    apart = unicodedata.normalize("NFKD", (latin or shown).lower().translate(_LETTERS))
    return shown, "".join(c for c in apart if c.isascii() and c.isalnum())
