"""What a reader types, told from what is printed: prompts, and commands of several lines. Pure.

In doubt a line is a command: whoever answers for it must type it, so a wrong guess is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_SURE = re.compile(
    r"""\s*
    (?:\([^()\s][^()]*\)\s*)?                                  # (venv)
    (?: \[[^\[\]]*@[^\[\]]*\]\s?[#$%>]\s*                      # [user@host ~]#
      | \[[^\[\]]+\][#$%>]\s+                                  # [host]$
      | [\w.+-]+@[\w.-]+(?::[^#$%>]*|\s[\w~/][^\s#$%>]*|\s\([^()]*\))?\s?[#$%>]\s*  # user@host:~$
      | PS(?:\s[^<>]*)?>\s*                                    # PS C:\>
      | [A-Za-z]:\\[^<>|?*"]*>\s*                              # C:\>
      | In\s\[\d+\]:\s                                         # IPython's
      | ➜\s+\S+(?:\s+git:\(\S+\))?(?:\s+✗)?\s+                 # zsh's with a theme
      | [\u276f\u03bb]\s+                                       # zsh's and Windows', with others
      | >>>\s+
      | \$\s+
    )
    (?P<command>[^\s#].*)""",
    re.VERBOSE,
)
_NAMED = re.compile(
    r"""(?:\([^()\s][^()]*\)\s*)?(?!\w+://)
    (?: [A-Za-z][\w.():=/+~-]*[\w)=~][#$%>]                    # bash-5.1$  mysql>  router(config)#
      | (?:[\w.-]+:)?[~/][^\s#$%>]*\s?[#$%>]                   # ~ $  /app #  host:~ #
    )
    \s+(?P<command>\S.*)""",
    re.VERBOSE,
)
_BARE = re.compile(r"(?:\([^()\s][^()]*\)\s*)?(?P<sign>[#%>])\s{1,2}(?P<command>[\w./~(\"'$!\[{\\:].*)")
_SENTENCE = re.compile(r"[A-Z][a-z']* +(?:[a-z]|[A-Z][a-z]).*|\S+ .*\w\)?[.:!?]")
"""What stands behind the `#` of a comment: a capital letter and more words, or a full stop."""
_COMMAND = re.compile(r"[A-Za-z_]\w*=\S*( |$)|(?:\./|~?/)?[a-z][\w./+-]*( (?![ =:])|$)")
"""An assignment, or a small word with one blank after it: columns of a table have more."""
_NO_PROGRAMS = frozenset({"from", "import", "def", "class", "return"})
"""Words that begin lines of Python and of no shell."""
_CONTINUED = re.compile(r"\s*(?:>{1,2}|\.{3})(?: |$)")
"""What shells and Python print before the further lines of a command."""
_PRINTED = re.compile(r"(?:>>|\.{3}) +\S")
"""Python and PowerShell print this before further lines only."""
_HERE = re.compile(r"(?<!<)<<(?![<])-?\s*[\"'\\]?(?P<end>[A-Za-z_][\w.-]*)")

SCRIPTS = frozenset({"bash", "sh", "shell", "zsh", "ksh", "dash", "fish", "powershell", "ps1", "bat", "cmd"})
FILES = frozenset({
    "yaml", "yml", "json", "jsonc", "jsonnet", "toml", "ini", "conf", "cfg", "properties", "env",
    "dockerfile", "makefile", "make", "python", "py", "go", "rust", "java", "javascript", "js",
    "typescript", "ts", "c", "cpp", "css", "html", "xml", "sql", "hcl", "terraform", "nginx", "diff",
    "patch", "csv", "zone", "dns", "markdown", "md",
})  # fmt: skip
"""Languages whose blocks show a file, in which `#`, `%` and `>` at a line's beginning are no prompts."""


def typed(text: str, *, bare: bool = True) -> str | None:
    """Return what stands behind a prompt; None where there is none. *bare*: `#`, `%`, `>` alone are one."""
    if found := _SURE.fullmatch(text) or (_NAMED.fullmatch(text) if bare else None):
        return found["command"].rstrip()
    found = _BARE.fullmatch(text) if bare else None
    if found is None:
        return None
    command = found["command"].rstrip()
    prompt = not _SENTENCE.fullmatch(command) if found["sign"] == "#" else reads_as_command(command)
    return command if prompt else None


def reads_as_command(text: str) -> bool:
    """Tell, of a line without a prompt, whether a shell would be meant."""
    words = text.split()
    return bool(words) and words[0] not in _NO_PROGRAMS and _COMMAND.match(text) is not None


def has_bare_prompts(language: str, texts: Sequence[str]) -> bool:
    """Tell whether `#`, `%`, `>` are prompts in a block: not in a file, nor beside a script's own lines."""
    if language in SCRIPTS:
        return not any(reads_as_command(text) for text in texts if typed(text) is None)
    return language not in FILES


def further(command: str, following: Iterable[str]) -> list[str]:
    """Return the lines *following* that belong to *command*, without what a shell prints before them.

    Where a quote or a here document is never closed, only what a backslash, `|` or `&&` asks for.
    """
    typing = _Typing()
    typing.take(command)
    lines: list[str] = []
    asked = 0
    for text in following:
        if typing.is_complete and not _PRINTED.match(text):
            return lines
        if typed(text, bare=False) is not None and not _CONTINUED.match(text):
            break
        lines.append(_CONTINUED.sub("", text, count=1).rstrip())
        if asked == len(lines) - 1 and typing.goes_on:
            asked += 1
        typing.take(lines[-1])
    return lines if typing.is_complete else lines[:asked]


def key(command: str) -> tuple[str, ...]:
    """Return what is equal for the same command otherwise broken, or with other blanks and blank lines."""
    first, *rest = re.sub(r"\\\n\s*", " ", command).split("\n")
    return " ".join(first.split()), *(line.rstrip() for line in rest if line.strip())


@dataclass(slots=True)
class _Typing:
    """What a shell still waits for, after the lines that it has taken."""

    goes_on: bool = False
    """The line ended in a backslash, `|` or `&&`."""
    _quote: str = ""
    _here: list[str] = field(default_factory=list)
    """The ends of here documents to come."""
    _in_here: bool = False

    @property
    def is_complete(self) -> bool:
        return not (self.goes_on or self._quote or self._here)

    def take(self, line: str) -> None:
        if self._in_here:
            if line.strip() == self._here[0]:
                self._here.pop(0)
            self._in_here = bool(self._here)
            return
        if not self._quote:
            self._here += [found["end"] for found in _HERE.finditer(line)]
        self._quote = _quote_after(line, self._quote)
        broken = (len(line) - len(line.rstrip("\\"))) % 2 == 1
        self.goes_on = broken or line.rstrip().endswith(("|", "&&"))
        self._in_here = bool(self._here) and not self._quote and not broken


def _quote_after(line: str, quote: str) -> str:
    """Return the quote that is open at the end of *line*, where *quote* is at its beginning."""
    escaped = False
    for index, character in enumerate(line):
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#" and (index == 0 or line[index - 1].isspace()):
            break
    return quote
