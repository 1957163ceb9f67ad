"""Credentials that are known by their format.

Every expression is anchored at a literal that a cheap search looks for first, and every repetition
is bounded, so that the time is linear in the text.
"""

import re
from typing import NamedTuple


class Format(NamedTuple):
    """One format: the credential is group 1."""

    kind: str
    keyword: str
    expression: re.Pattern[str]
    #: 'yes' if the format alone proves a live credential, 'likely' if the context is needed.
    usable: str = "yes"
    #: Characters without a blank in front of the keyword, for a keyword that says little.
    before: int = 0

    def may_be_in(self, text: str) -> bool:
        """Tell cheaply whether the expression is worth trying."""
        place = text.find(self.keyword)
        while place >= 0:
            if place >= self.before and len(text[place - self.before : place].split()) <= 1:
                return True
            place = text.find(self.keyword, place + 1)
        return False


def _format(
    kind: str, keyword: str, expression: str, usable: str = "yes", before: int = 0
) -> Format:
    return Format(kind, keyword, re.compile(expression), usable, before)


_END = r"(?![A-Za-z0-9_-])"
_START = r"(?<![A-Za-z0-9_-])"
_BASE64_END = r"(?![A-Za-z0-9+/=])"
_GAP = r"""["']?\]?\s{0,5}(?:=>|[=:])\s{0,5}["']?"""

FORMATS: tuple[Format, ...] = (
    _format("aws-access-key", "AKIA", rf"{_START}(AKIA[A-Z2-7]{{16}}){_END}"),
    _format(
        "aws-secret-key",
        "ecret",
        r"(?i:aws_?)?(?i:secret_?access_?key|aws_?secret_?key)"
        + _GAP
        + rf"([A-Za-z0-9/+]{{40}}){_BASE64_END}",
    ),
    _format(
        "azure-storage-key", "AccountKey=", rf"AccountKey=([A-Za-z0-9+/]{{86}}==){_BASE64_END}"
    ),
    _format(
        "azure-storage-key",
        "==",
        r"(?i:(?:account|storage|access|cosmos|batch)_?key|azure_storage_key|credential)"
        + _GAP
        + rf"([A-Za-z0-9+/]{{86}}==){_BASE64_END}",
        before=86,
    ),
    _format(
        "azure-access-key",
        "SharedAccessKey=",
        rf"SharedAccessKey=([A-Za-z0-9+/]{{43}}=){_BASE64_END}",
    ),
    _format(
        "azure-sas",
        "sig=",
        r"[?&](?:s[veprt]|spr|srt|ss|st)=[^\s\"'<>]{1,600}[?&]sig=([A-Za-z0-9%+/]{40,80}(?:%3[Dd]|=))",
    ),
    _format(
        "azure-sas",
        "sig=",
        r"[?&]sig=([A-Za-z0-9%+/]{40,80}(?:%3[Dd]|=))&[^\s\"'<>]{0,300}\bs[vep]=",
    ),
    _format(
        "azure-client-secret",
        "Q~",
        r"(?<![\w~.-])([A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34})(?![\w~.-])",
    ),
    *(
        _format("github-token", prefix, rf"{_START}({prefix}[A-Za-z0-9]{{36}}){_END}")
        for prefix in ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")
    ),
    _format("github-token", "github_pat_", rf"{_START}(github_pat_[A-Za-z0-9_]{{82}}){_END}"),
    _format("gitlab-token", "glpat-", rf"{_START}(glpat-[A-Za-z0-9_-]{{20,64}}){_END}"),
    _format(
        "slack-token", "xox", rf"{_START}(xox[abeoprs]-\d{{8,14}}-[A-Za-z0-9-]{{10,90}}){_END}"
    ),
    _format(
        "slack-webhook",
        "hooks.slack.com",
        rf"(https://hooks\.slack\.com/services/T[A-Z0-9]{{7,12}}/B[A-Z0-9]{{7,12}}/[A-Za-z0-9]{{20,26}}){_END}",
    ),
    _format(
        "discord-webhook",
        "/api/webhooks/",
        rf"(https://discord(?:app)?\.com/api/webhooks/\d{{17,20}}/[A-Za-z0-9_-]{{60,80}}){_END}",
    ),
    _format(
        "teams-webhook",
        "/IncomingWebhook/",
        r"(https://(?:[\w-]{1,60}\.webhook|outlook)\.office(?:365)?\.com/webhook(?:b2)?/"
        rf"[0-9a-f-]{{36}}@[0-9a-f-]{{36}}/IncomingWebhook/[0-9a-f]{{32}}/[0-9a-f-]{{36}}){_END}",
    ),
    _format("google-api-key", "AIza", rf"{_START}(AIza[0-9A-Za-z_-]{{35}}){_END}", "likely"),
    _format("google-oauth-secret", "GOCSPX-", rf"{_START}(GOCSPX-[A-Za-z0-9_-]{{28}}){_END}"),
    _format("huggingface-token", "hf_", rf"{_START}(hf_[A-Za-z0-9]{{34}}){_END}"),
    _format(
        "openai-key",
        "T3BlbkFJ",
        rf"{_START}(sk-[A-Za-z0-9_-]{{20,90}}T3BlbkFJ[A-Za-z0-9_-]{{20,90}}){_END}",
    ),
    _format("openai-key", "sk-proj-", rf"{_START}(sk-proj-[A-Za-z0-9_-]{{40,180}}){_END}"),
    _format("openai-key", "sk-", rf"{_START}(sk-[A-Za-z0-9]{{48}}){_END}"),
    _format(
        "anthropic-key", "sk-ant-", rf"{_START}(sk-ant-[a-z]{{3,6}}\d{{2}}-[\w-]{{80,120}}){_END}"
    ),
    _format(
        "wandb-key",
        "andb",
        r"(?i:wandb_api_key|wandb[._ ]login|wandb[._]?(?:api[._]?)?key|wandb_token)"
        r"[^\n0-9a-f]{1,3}[^\n]{0,40}?(?<![0-9A-Za-z])([0-9a-f]{40})(?![0-9A-Za-z])",
    ),
    _format(
        "wandb-key",
        "WANDB_API_KEY",
        r"WANDB_API_KEY[^\n]{1,8}?(?<![0-9A-Za-z])([0-9a-f]{40})(?![0-9A-Za-z])",
    ),
    _format("databricks-token", "dapi", rf"{_START}(dapi[0-9a-f]{{32}}(?:-\d)?){_END}"),
    _format("npm-token", "npm_", rf"{_START}(npm_[A-Za-z0-9]{{36}}){_END}"),
    _format("pypi-token", "pypi-AgE", rf"{_START}(pypi-AgE[A-Za-z0-9_-]{{50,250}}){_END}"),
    _format("stripe-key", "k_live_", rf"{_START}([sr]k_live_[A-Za-z0-9]{{20,99}}){_END}"),
    _format("sendgrid-key", "SG.", rf"{_START}(SG\.[\w-]{{22}}\.[\w-]{{43}}){_END}"),
    _format("telegram-token", ":AA", rf"{_START}(\d{{8,10}}:AA[\w-]{{33}}){_END}"),
    _format(
        "neptune-token",
        "eyJhcGlfYWRkcmVzcyI6",
        rf"{_START}(eyJhcGlfYWRkcmVzcyI6[A-Za-z0-9+/]{{60,400}}={{0,2}})",
    ),
    _format(
        "kaggle-key",
        "username",
        r"""\\?["']username\\?["']\s{0,5}:\s{0,5}\\?["'][^"'\n]{1,60}["']\s{0,5},\s{0,10}"""
        r"""\\?["']key\\?["']\s{0,5}:\s{0,5}\\?["']([0-9a-f]{32})\\?["']""",
    ),
    _format("kaggle-key", "KAGGLE_KEY", rf"KAGGLE_KEY{_GAP}([0-9a-f]{{32}}){_END}"),
    _format(
        "netrc-password",
        "machine",
        r"\bmachine\s{1,5}[\w.-]{1,100}\s{1,10}login\s{1,5}\S{1,100}\s{1,10}password\s{1,5}([^\s\"'\\]{6,200})",
        "likely",
    ),
    _format(
        "private-key",
        "PRIVATE KEY",
        r"-----BEGIN (?:RSA |EC |DSA |OPENSSH )?PRIVATE KEY-----"
        r"(?:\\[rn]|[\s\"'+,]){1,40}([A-Za-z0-9+/]{40,100})",
    ),
)

#: A key in the query of a URL, in code and in comments alike.
QUERY = re.compile(
    r"http(?i:s?://(?!localhost|127\.|0\.0\.0\.0)[^\s\"'<>]{3,300}?[?&]"
    r"(?:api_?key|apikey|access_?token|auth_?token|appid|subscription-key)=([a-z0-9_-]{16,100})"
    r"(?=[&\s\"'`)<#]|$))",
)
#: scheme://user:password@host, from the colon on
URL = re.compile(
    r"://([^\s:/@'\"<>`]{0,100}):([^\s/@'\"<>`]{1,200})@([A-Za-z0-9_.${}\[\]-]{1,200})"
)
URL_SCHEME = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,30}\Z")
#: ADO.NET, ODBC and JDBC notations, from one of the names on.
CONNECTION_NAMES = ("pwd", "password")
CONNECTION = re.compile(r"(?i)(?<![\w-])(?:pwd|password)\s{0,3}=\s{0,3}([^;'\"\s&]{1,200})")
CONNECTION_CONTEXT = re.compile(
    r"(?i)(?:\b(?:server|data source|host|hostname)\s{0,3}=|jdbc:)[^\n]{0,300}?[;&?]"
)
