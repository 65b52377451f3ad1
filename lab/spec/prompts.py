"""What a reader types, told from what is printed: prompts, and commands of several lines. Pure.

In doubt a line is a command: whoever answers for it must type it, so a wrong guess is seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
      | [\u276f\u03bb]\s+                                           # zsh's and Windows', with others
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
_HERE = re.compile(r"(?<!<)<<(?![<])-?\s*[\"'\\]?(?P<end>[A-Za-z_][\w.-]*)")

SCRIPTS = frozenset({"bash", "sh", "shell", "zsh", "ksh", "dash", "fish", "powershell", "ps1", "bat", "cmd"})
FILES = frozenset(
    {
        "yaml",
        "yml",
        "json",
        "jsonc",
        "jsonnet",
        "toml",
        "ini",
        "conf",
        "cfg",
        "properties",
        "env",
        "dockerfile",
        "makefile",
        "make",
        "python",
        "py",
        "go",
        "rust",
        "java",
        "javascript",
        "js",
        "typescript",
        "ts",
        "c",
        "cpp",
        "css",
        "html",
        "xml",
        "sql",
        "hcl",
        "terraform",
        "nginx",
        "diff",
        "patch",
        "csv",
        "zone",
        "dns",
        "markdown",
        "md",
    }
)
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


def further(command: str, following: Sequence[str]) -> list[str]:
    """Return the lines *following* that belong to *command*, without what a shell prints before them.

    Where a quote or a here document is never closed, only what a backslash, `|` or `&&` asks for.
    """
    lines: list[str] = []
    asked = 0
    for text in following:
        whole = "\n".join([command, *lines])
        if not _unfinished(whole):
            return lines
        if typed(text, bare=False) is not None and not _CONTINUED.match(text):
            break
        if asked == len(lines) and _goes_on(whole):
            asked += 1
        lines.append(_CONTINUED.sub("", text, count=1).rstrip())
    return lines if not _unfinished("\n".join([command, *lines])) else lines[:asked]


def key(command: str) -> tuple[str, ...]:
    """Return what is equal for the same command otherwise broken into lines, or with other blanks."""
    first, *rest = re.sub(r"\\\n\s*", " ", command).split("\n")
    return " ".join(first.split()), *(line.rstrip() for line in rest)


def _unfinished(text: str) -> bool:
    head, rest = "", text.split("\n")
    while rest:
        head = f"{head}\n{rest.pop(0)}" if head else rest.pop(0)
        if _goes_on(head) or _quote_is_open(head):
            if not rest:
                return True
            continue
        for here in _HERE.finditer(head):
            while rest:
                if rest.pop(0).strip() == here["end"]:
                    break
            else:
                return True
        head = ""
    return False


def _goes_on(text: str) -> bool:
    backslashes = len(text) - len(text.rstrip("\\"))
    return backslashes % 2 == 1 or text.rstrip().endswith(("|", "&&"))


def _quote_is_open(text: str) -> bool:
    quote, escaped = "", False
    for index, character in enumerate(text):
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#" and (index == 0 or text[index - 1].isspace()):
            return False
    return bool(quote)
