"""Pages as tests read them: their text, their forms, and what a strict page must not contain."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"br", "hr", "img", "input", "link", "meta"}
_UNSEEN = {"script", "style", "title", "noscript"}


@dataclass
class SentForm:
    """A form as a browser would send it when its first button is pressed."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def data(self, **changes: str | list[str]) -> dict[str, list[str]]:
        """The fields with changes, as httpx takes them."""
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        for name, change in changes.items():
            found[name] = [change] if isinstance(change, str) else change
        return found


class Page(HTMLParser):
    """A page or a part of one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.forms: list[SentForm] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.opened: list[str] = []
        self.stack: list[str] = []
        self.offences: list[str] = []
        self._texts: list[str] = []
        self._textarea: str | None = None
        self.feed(html)

    @property
    def text(self) -> str:
        """All that can be read, with single spaces."""
        return " ".join("".join(self._texts).split())

    @property
    def form_token(self) -> str:
        """What the forms of this session carry."""
        return next(value for form in self.forms for name, value in form.fields if name == "form_token")

    def form(self, **fields: str) -> SentForm:
        """The one form that holds these values."""
        wanted = set(fields.items())
        (found,) = [form for form in self.forms if wanted <= set(form.fields)]
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self.stack.append(tag)
        if "id" in values:
            self.ids.append(values["id"])
        if "style" in values or any(name.startswith("on") for name in values):
            self.offences.append(f"inline style or script on <{tag}>")
        if tag == "script" and "src" not in values:
            self.offences.append("inline script")
        if tag == "a":
            self.links.append(values.get("href", ""))
        if tag == "details" and "open" in values:
            self.opened.append(values.get("class", ""))
        self._read_form(tag, values)

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.offences.append(f"</{tag}> closes nothing")
        if tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            name = self._textarea
            self.forms[-1].fields = [(n, v + data if n == name else v) for n, v in self.forms[-1].fields]
        if not _UNSEEN & set(self.stack):
            self._texts.append(data + " ")

    def _read_form(self, tag: str, values: dict[str, str]) -> None:
        if tag == "form":
            self.forms.append(SentForm(values.get("action", "")))
        if not self.forms or "name" not in values:
            return
        form, name = self.forms[-1], values["name"]
        if tag == "button":
            form.buttons.append((name, values.get("value", "")))
        elif tag == "textarea":
            self._textarea = name
            form.fields.append((name, ""))
        elif tag == "input" and (values.get("type") not in ("checkbox", "radio") or "checked" in values):
            form.fields.append((name, values.get("value", "")))
