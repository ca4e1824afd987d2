"""Why a file is not used as a workbook -> an error that says it, and what to do."""

from forms.phrase import Phrase
from forms.wording import N_
from sheets_sync.spreadsheet import SheetError

ENTITIES = N_(
    "{part} declares XML entities, which no spreadsheet program writes; it may be an attack. Do "
    "not use this file"
)
INCOMPLETE = N_(
    "the workbook is incomplete or damaged ({fault}); if it is being copied or uploaded, wait "
    "until that is done, else put back a copy from {backups}"
)
UNREADABLE = N_(
    "the workbook cannot be read ({fault}); open it with LibreOffice or Excel and save it again, "
    "or put back a copy from the backups"
)
LARGE = N_("larger than {most} MB; move old rows to another workbook")
MISSING = N_(
    "the workbook is not there; put it back (copies are in {backups}) or make one with `tidings "
    "init`"
)
FORBIDDEN = N_("cannot be read ({fault}); check that it is a file and who may read it")
PROTECTED = N_("protected by a password; save it without one")
OLD = N_("an old .xls workbook under another name; open it and save it as .xlsx")
OTHER = N_("not an .xlsx workbook; open it in a spreadsheet program, save it as .xlsx")
OPEN_DOCUMENT = N_("an OpenDocument file; save it as .xlsx")
BINARY = N_("a binary workbook (.xlsb); save it as .xlsx")
MACROS = N_("holds macros; save it as .xlsx, without them")
FOR_MACROS = N_("made for macros (.xlsm); save it as .xlsx")
EMPTY = N_("a zip file without a workbook in it; save it as .xlsx")
HOSTILE = N_(
    "refused, for {why}; delete unused rows and formats, or check where the file comes from"
)
LONG = N_("{part} is larger than {most} MB")
PARTS = N_("it has {parts} parts")
HUGE = N_("it unpacks to more than {most} MB")
TIGHT = N_("{part} unpacks to {times} times its size")
TAGS = N_("it holds {tags} tags")
TWICE = N_("two of its tabs are one")
FAR = N_("a cell stands far below or beside all others")
MERGED = N_("millions of cells are merged")
REPEATED = N_("a long text stands in very many cells")


def refused(file: object, words: str, **values: object) -> SheetError:
    """Return the error for a file that is no workbook we can use: one of the words above."""
    kept = {
        name: value if isinstance(value, Phrase) else str(value) for name, value in values.items()
    }
    return SheetError(Phrase("{file}: {told}", {"file": str(file), "told": Phrase(words, kept)}))


def hostile(file: object, words: str, **values: str | int) -> SheetError:
    """Return the error for a file that asks for more than a workbook should."""
    return refused(file, HOSTILE, why=Phrase(words, values))
