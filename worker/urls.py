"""Addresses as published in, addresses to open and addresses to compare out.

`clean_url` gives the address a person can open, without what only tracks; `canonical_url` gives the one under which
an article is known, where AMP, mobile, `www.` and `http:` twins fall together. Both give "" for what is no web
address, and both applied twice equal once. Never fetches, so it never learns where a shortener leads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

from courlan import scrub_url
from w3lib.url import canonicalize_url

Asked = TypeVar("Asked", bound=Callable[..., str])

MAX_LENGTH = 2048  # what sitemaps, browsers and the column that keeps it agree on

_HOST = re.compile(
    r"^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$|^\[[0-9a-f:.]+\]$"
)
_REPEATED_SCHEME = re.compile(r"^(?:https?:?/*)+(?=https?:/)", re.IGNORECASE)
_LOOSE_SCHEME = re.compile(r"^(https?):/*", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:(?!\d+(?:/|$))", re.IGNORECASE)
_UNSEEN_CHARACTERS = "[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060\ufeff\ud800-\udfff]"
_UNSEEN = re.compile(_UNSEEN_CHARACTERS)
_EDGES = re.compile(f"^{_UNSEEN_CHARACTERS}+|{_UNSEEN_CHARACTERS}+$")

_TRACKING = re.compile(
    r"^(?:utm_.*|ga_.*|pk_.*|mtm_.*|piwik_.*|hsa_.*|oly_.*|vero_.*|mc_[ce]id|mkt_tok|_hs(?:enc|mi)|_ga|_gl|s_cid|ncid|"
    r"(?:fb|g|y|dc|tw|tt|li_fat_|ysc|gb|wb|msc|srslt|ir)(?:r?a?clid|lid|klkid|clkid)|li_fat_id|srsltid|igshid?|"
    r"at_(?:medium|campaign|custom\d|link_.*|format|ptr_name|bbc_team)|ns_(?:mchannel|source|campaign|linkname|fee)|"
    r"xtor|cmpid|cmp|cid_rss|icid|ocid|campaign_?id|ref(?:_src|_url)?|referr?er|partner|spm|smid|smtyp|sr_share|"
    r"share_?id|shared?|feature|rss|feed|ftag|soc_(?:src|trk)|wt_mc|wtmc|mbid|taid|amp_js_v|amp_gsa|usqp|guccounter|"
    r"guce_.*|xt_.*|_x_tr_.*|_?openstat|mibextid|sfnsn|igsh|__twitter_impression|gad_(?:source|campaignid)|gclsrc|"
    r"[gw]braid|_ym_.*|trk|tblci|dicbo|outputtype|amp|_amp|fromrss|rss_?id)$",
    re.IGNORECASE,
)
# Parameters that track or tell articles apart, depending on what they say.
_TRACKING_IF = {
    "source": re.compile(r"^(?!\d+$)", re.IGNORECASE),
    "src": re.compile(r"^(?!\d+$)", re.IGNORECASE),
    "from": re.compile(r"^(?:rss|feed|telegram|tg|twitter|facebook|fb|newsletter|email|main|home)", re.IGNORECASE),
    "output": re.compile(r"^amp$", re.IGNORECASE),
    "view": re.compile(r"^(?:mobile|amp)$", re.IGNORECASE),
    "m": re.compile(r"^1$"),
    "format": re.compile(r"^(?:amp|rss)$", re.IGNORECASE),
    "mode": re.compile(r"^amp$", re.IGNORECASE),
}
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.IGNORECASE)
_SESSION_NAMES = frozenset({"phpsessid", "jsessionid", "sessionid", "sid_session"})

_TWIN_LABELS = frozenset({"www", "www2", "www3", "m", "mobile", "amp", "touch", "wap", "mob"})
_AMP_PATH = re.compile(r"/amp(?:\.html?)?/?$|\.amp(?=\.html?$|$)|^/amp(?=/)|/amp(?=/)", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_LANGUAGE_HOME = re.compile(r"^/(?:[a-z]{2}|[a-z]{2}[-_][a-z]{2}|eng|rus|arm|aze|geo|tur)$", re.IGNORECASE)
_LONGEST_HOME = len("/en_us")
_PLAIN_PATH = re.compile(r"(?:/(?!\.)[A-Za-z0-9._~-]*)+")  # nothing in it could be written in another way
_PLAIN_LENGTH = 1024
# An address in which there is nothing to mend, but for what tracks in its query.
_PLAIN_ADDRESS = re.compile(
    r"https?://(?!(?:www\.)?google\.|[a-z0-9-]+\.cdn\.ampproject\.)((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)(/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*)?)"
)
_PLAIN_QUERY = re.compile(r"[A-Za-z0-9_.=&-]*")
_SLASHES = re.compile(r"(?<!:)/{2,}")
_ROUTE = re.compile(r"^(?:!|/)")  # a fragment that a page's own script reads as its path

_SHORTENERS = frozenset(
    host
    for line in (
        "bit.ly t.co goo.gl tinyurl.com ow.ly is.gd buff.ly dlvr.it ift.tt j.mp tiny.cc rb.gy cutt.ly trib.al t.ly",
        "lnkd.in fb.me clck.ru vk.cc u.to shorturl.at bl.ink rebrand.ly snip.ly wp.me db.tt qr.ae",
        "reut.rs nyti.ms bbc.in cnn.it wapo.st aje.io bloom.bg on.ft.com econ.st p.dw.com a.msn.com flip.it",
    )
    for host in line.split()
)
_OPAQUE = re.compile(
    r"^(?:news\.google\.[a-z.]+/(?:rss/)?(?:articles|read|stories|__i)|(?:www\.)?google\.[a-z.]+/(?:url|search|alerts)|"
    r"feedproxy\.google\.com/~r|feeds\.feedburner\.com/~r|rss\.feedsportal\.com|r\.search\.yahoo\.com|"
    r"(?:www\.)?bing\.com/news/apiclick)",
    re.IGNORECASE,
)
_OPAQUE_HOST = re.compile(r"google|feedburner|feedsportal|yahoo|bing")  # in each of these
# Redirectors that carry the target in the open: host and path → the parameter that holds it.
_REDIRECTORS = (
    (re.compile(r"^(?:www\.)?google\.[a-z.]+/url$"), ("url", "q")),
    (re.compile(r"^(?:www\.)?bing\.com/news/apiclick"), ("url",)),
    (re.compile(r"^(?:lm?|www)\.facebook\.com/l\.php$"), ("u",)),
    (re.compile(r"^(?:m\.)?vk\.com/away(?:\.php)?$"), ("to",)),
)
_AMP_CACHE = re.compile(r"^[a-z0-9-]+\.cdn\.ampproject\.org/[cvi]/(s/)?(.+)$", re.IGNORECASE)
_GOOGLE_AMP = re.compile(r"^(?:www\.)?google\.[a-z.]+/amp/(s/)?(.+)$", re.IGNORECASE)


def _remembered(function: Asked) -> Asked:
    """`function` of an address, with its last answers at hand: an entry asks several times.

    What is too long for an address is not kept: it may be as long as a document.
    """
    remembering = lru_cache(maxsize=4096)(function)

    @wraps(function)
    def answer(url: str, *args: Any, **options: Any) -> str:
        return (remembering if len(url) <= MAX_LENGTH else function)(url, *args, **options)

    return cast(Asked, answer)


@_remembered
def clean_url(url: str, base: str = "") -> str:
    """`url` as an absolute http(s) address to open, or "" where it is none.

    Mends what publishers get wrong (`http://http://`, `//host`, backslashes, an empty port, white space), resolves it
    against `base`, unwraps redirectors that show their target, and drops user names and what only tracks.
    """
    address, _, query = url.partition("?")
    if len(url) <= _PLAIN_LENGTH and _PLAIN_ADDRESS.fullmatch(address) and _only_tracks(query):
        return address
    parts = _split(url, base) if url.strip() else None
    if parts is None:
        return ""
    for _ in range(3):  # a redirector may lead to another one
        target = _target(parts)
        inner = _split(target) if target else None
        if inner is None:
            break
        parts = inner
    return _joined(parts._replace(query=_without_tracking(parts.query), path=_SESSION.sub("", parts.path)))


@_remembered
def canonical_url(url: str, *, fragment: bool = False) -> str:
    """The address under which an article is known, or "" where `url` does not name one article.

    A home page, a shortener and a Google News link name none. With `fragment`, what follows `#` is kept: for a page
    whose parts are articles of their own.
    """
    cleaned = clean_url(url)
    if plain := _plainly_canonical(cleaned):
        return plain
    if not cleaned or _OPAQUE.match(cleaned.partition("://")[2]):
        return ""
    parts = urlsplit(cleaned)
    host = _canonical_host(parts.netloc)
    if not host:
        return ""
    path = _without_form(parts.path).rstrip("/")
    anchor = parts.fragment if fragment or _ROUTE.match(parts.fragment) else ""
    if not parts.query and not anchor and (not path or _LANGUAGE_HOME.match(path)):
        return ""
    return _joined(SplitResult("https", host, path or "/", parts.query, anchor))


def _plainly_canonical(cleaned: str) -> str:
    """What `canonical_url` makes of an address in which there is nothing to decide; "" for any other."""
    plain = _PLAIN_ADDRESS.fullmatch(cleaned) if len(cleaned) <= _PLAIN_LENGTH else None
    if plain is None:
        return ""
    path = plain[2].rstrip("/")
    if len(path) <= _LONGEST_HOME or "." in path or "amp" in path.lower():
        return ""
    host = _canonical_host(plain[1])
    return f"https://{host}{path}" if host and not _is_of_opaque(plain[1]) else ""


@_remembered
def host_of(url: str) -> str:
    """The host of `url` without `www.`, mobile and AMP labels and port; "" where it is no web address."""
    parts = _split(url)
    return _without_twin(parts.hostname or "") if parts else ""


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one site: one host is the other, or lies below it."""
    a, b = host_of(one), host_of(other)
    return bool(a and b) and (a == b or a.endswith("." + b) or b.endswith("." + a))


def _split(url: str, base: str = "") -> SplitResult | None:
    try:
        text = _mended(url)
        if base and not _LOOSE_SCHEME.match(text):  # `//host` takes https, whatever the base has
            text = urljoin(base, text)
        parts = urlsplit(_LOOSE_SCHEME.sub(r"\1://", text))
        host, port = (parts.hostname or "").rstrip("."), parts.port
        if parts.scheme.lower() not in ("http", "https"):
            return None
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return None
    host = f"[{host}]" if ":" in host else host
    if not _HOST.match(host) or len(host) > 253:
        return None
    default = {"http": 80, "https": 443}[parts.scheme.lower()]
    return parts._replace(scheme=parts.scheme.lower(), netloc=host if port in (None, default) else f"{host}:{port}")


def _mended(url: str) -> str:
    text = _EDGES.sub("", url[: 4 * MAX_LENGTH]).removeprefix("<![CDATA[").removesuffix("]]>")
    if _OTHER_SCHEME.match(text) and not _LOOSE_SCHEME.match(text):
        return text
    path, mark, rest = text.partition("?")
    text = path.replace("\\", "/") + mark + rest
    text = _UNSEEN.sub(lambda c: "%20" if c.group() == " " else "", text)
    text = _REPEATED_SCHEME.sub("", f"https:{text}" if text.startswith("//") else text)
    return text if "://" in text[8:] else str(scrub_url(text))


def _target(parts: SplitResult) -> str:
    """Where a redirector or an AMP cache leads, as far as its address says."""
    place = f"{parts.netloc}{parts.path}"
    for cache in (_AMP_CACHE, _GOOGLE_AMP):
        if found := cache.match(place):
            query = f"?{parts.query}" if parts.query else ""
            return f"http{'s' if found[1] else ''}://{unquote(found[2])}{query}"
    for redirector, names in _REDIRECTORS:
        if redirector.match(place):
            values = dict(parse_qsl(parts.query))
            return next((values[name] for name in names if _LOOSE_SCHEME.match(values.get(name, ""))), "")
    return ""


def _without_tracking(query: str) -> str:
    if not query:
        return ""
    try:
        pairs = parse_qsl(
            query.replace("&amp;", "&"), keep_blank_values=True, max_num_fields=200, errors="surrogateescape"
        )
    except ValueError:
        return query
    kept = [(name, value) for name, value in pairs if not _tracks(name, value)]
    if len(kept) == len(pairs):
        return query
    return urlencode(kept, errors="surrogateescape")


@lru_cache(maxsize=256)  # each feed has one of its own
def _only_tracks(query: str) -> bool:
    """Whether nothing is left of a query; False also where that takes more than a look."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return bool(_PLAIN_QUERY.fullmatch(query)) and all(_tracks(name, value) for name, _, value in pairs)


def _tracks(name: str, value: str) -> bool:
    lowered = name.lower().removeprefix("amp;")
    condition = _TRACKING_IF.get(lowered)
    if condition is not None:
        return bool(condition.match(value))
    return bool(_TRACKING.match(lowered)) or lowered in _SESSION_NAMES


def _without_twin(host: str) -> str:
    labels = host.split(".")
    while len(labels) > 2 and labels[0] in _TWIN_LABELS:
        labels = labels[1:]
    if len(labels) > 3 and labels[1] in ("m", "mobile"):  # en.m.wikipedia.org
        del labels[1]
    return ".".join(labels)


@lru_cache(maxsize=1024)
def _is_of_opaque(netloc: str) -> bool:
    """Whether addresses at this host may name nothing."""
    return bool(_OPAQUE_HOST.search(netloc))


@lru_cache(maxsize=1024)  # articles of one outlet have one host
def _canonical_host(netloc: str) -> str:
    """The host that twins share; "" for a shortener, whose addresses name nothing."""
    host = _without_twin(netloc)
    return "" if host in _SHORTENERS or netloc in _SHORTENERS else host


def _without_form(path: str) -> str:
    """`path` without what says in which form it is read: AMP, `index.html`."""
    if "amp" in path.lower():
        path = _AMP_PATH.sub("", path)
    return _INDEX.sub("", path) if "." in path else path


def _joined(parts: SplitResult) -> str:
    path = _SLASHES.sub("/", parts.path) or "/"
    if not parts.query and not parts.fragment and _PLAIN_PATH.fullmatch(path) and len(path) <= _PLAIN_LENGTH:
        return f"{parts.scheme}://{parts.netloc}{path}"  # most are: canonicalize_url would give back the same, dearly
    try:
        url = canonicalize_url(urlunsplit(parts._replace(path=path)), keep_fragments=True)
    except (ValueError, UnicodeError):
        return ""
    return url.removesuffix("#") if len(url) <= MAX_LENGTH else ""
