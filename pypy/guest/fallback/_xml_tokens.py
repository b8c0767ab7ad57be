"""Tokens of XML outside of a DTD, for pyexpat: each is checked, and told to the handlers of the parser."""
import re

from _xml_names import FORBIDDEN as _FORBIDDEN, NAME as _NAME, doctype as _doctype

PROLOG, CONTENT, EPILOG = range(3)
_ATTRIBUTE = r'''\s+(%s)\s*=\s*("[^"<]*"|'[^'<]*')''' % _NAME
_attribute = re.compile(_ATTRIBUTE)
_start = re.compile(r'<(%s)((?:%s)*)\s*(/?)>' % (_NAME, _ATTRIBUTE.replace('(' + _NAME, '(?:' + _NAME).replace('("', '(?:"')))
# A tag that has its end, or what no tag may have.
_past = re.compile(r'''<(?:[^<>"']|"[^"<]*"|'[^'<]*')*(?:[<>]|"[^"<]*<|'[^'<]*<)''')
_end = re.compile(r'</(%s)\s*>' % _NAME)
_reference = re.compile(r'&(?:#([0-9]+)|#x([0-9a-fA-F]+)|(%s));' % _NAME)
_text = re.compile(r'[^<&]+')
_space = re.compile(r'\s*')
_instruction = re.compile(r'(%s)(?:\s+(.*))?\Z' % _NAME, re.S)
_declaration = re.compile(
    r'''xml\s+version\s*=\s*["']([\w.:-]+)["'](?:\s+encoding\s*=\s*["']([\w.-]+)["'])?(?:\s+standalone\s*=\s*["'](yes|no)["'])?\s*\Z'''
)
# As expat: more than this, and a hundred times what was given, is an attack.
_MOST_EXPANDED = 8 << 20


class Tokens(object):
    def _parse(self, text, final):
        """How much of the text was parsed: all but a token whose end is not there yet."""
        at = 0
        while at < len(text):
            end = self._token(text, at, final)
            if end is None:
                if final:
                    if text.startswith('<!DOCTYPE', at):
                        raise self.wrong(2 if '>' in text[at:] else 3)
                    raise self.wrong(20 if text.startswith('<![CDATA[', at) else 5)
                break
            self._advance(text[at:end])
            self._begun, at = True, end
        return at

    def _token(self, text, at, final):
        char = text[at]
        if char == '<':
            end = self._markup(text, at, final)
        elif self._state == CONTENT:
            end = self._reference(text, at, final) if char == '&' else self._data(text, at, final)
        else:
            end = _space.match(text, at).end()
            if end == at:
                raise self.wrong(9 if self._state == EPILOG else 2)
            self.tell(text[at:end], 'Default', text[at:end])
        if end is not None and _FORBIDDEN.search(text, at, end):
            self._advance(text[at : _FORBIDDEN.search(text, at, end).start()])
            raise self.wrong(4)
        return end

    def _data(self, text, at, final):
        end = _text.match(text, at).end()
        bad = text.find(']]>', at, end)
        if bad >= 0:
            self._advance(text[at:bad])
            raise self.wrong(4)
        if end == len(text) and not final:
            end -= len(text) - len(text.rstrip(']')) if text.endswith(']') else 0
        if end == at:
            return None
        if _FORBIDDEN.search(text, at, end) is None:
            self._text(text[at:end])
        return end

    def _reference(self, text, at, final):
        match = _reference.match(text, at)
        if match is None:
            if ';' in text[at:] or final or re.search(r'[\s<]', text[at:]):
                raise self.wrong(4)
            return None
        value = self.resolved(match)
        if value is not None and match.group(3) in (None, 'lt', 'gt', 'amp', 'quot', 'apos'):
            self._text(value)
        elif value is not None:
            self._within(match.group(3), value)
        return match.end()

    def resolved(self, match, attribute=False):
        """What a reference stands for; None where it is skipped, and handlers were told."""
        decimal, hexadecimal, name = match.groups()
        if name is None:
            return self.resolved_number(decimal, hexadecimal)
        value = self.entities.get(name)
        if isinstance(value, str):
            self._expanded += len(value)
            if self._expanded > _MOST_EXPANDED and self._expanded > 100 * self._given:
                raise self.wrong(43)
            return value
        if value is not None and attribute:
            raise self.wrong(16)
        if value is not None and value[2] is not None:
            raise self.wrong(15)
        if value is None and not self.incomplete:
            raise self.wrong(11)
        if value is not None and self.ExternalEntityRefHandler is not None:
            if not self.tell('', 'ExternalEntityRef', name, self._base, value[0], value[1]):
                raise self.wrong(21)
        elif not attribute:
            self.tell(match.group(), 'SkippedEntity', name, False)
        return None

    def resolved_number(self, decimal, hexadecimal):
        number = int(decimal) if decimal else int(hexadecimal, 16)
        if number > 0x10FFFF or 0xD800 <= number < 0xE000 or _FORBIDDEN.match(chr(number)):
            raise self.wrong(14)
        return chr(number)

    def _within(self, name, value):
        if name in self._expanding:
            raise self.wrong(12)
        self._expanding.append(name)
        depth = len(self._open)
        self._parse(value, True)
        if len(self._open) != depth or self._state != CONTENT:
            raise self.wrong(13)
        self._expanding.pop()

    def _markup(self, text, at, final):
        if len(text) < at + 2:
            return None
        if text.startswith('<!--', at):
            end = text.find('--', at + 4)
            if end < 0 or len(text) < end + 3:
                return None
            if text[end + 2] != '>':
                raise self.wrong(4)
            self.tell(text[at : end + 3], 'Comment', text[at + 4 : end])
            return end + 3
        if text.startswith('<?', at):
            end = text.find('?>', at)
            return None if end < 0 else self._instruction(text[at : end + 2]) or end + 2
        if text.startswith('<!', at):
            return self._declaration(text, at, final)
        if self._state == EPILOG:
            raise self.wrong(9)
        if self._state == PROLOG and text[at + 1] == '/':
            self._advance('<')
            raise self.wrong(4)
        match = (_end if text.startswith('</', at) else _start).match(text, at)
        if match is None:
            if _past.match(text, at) or not re.match(r'</?(\Z|%s)' % _NAME, text[at : at + 3]):
                raise self.wrong(4)
            return None
        self.flush()
        if match.re is _end:
            self._ended(match.group(1), match.group())
        else:
            self._started(match)
            if match.group(3):
                self._ended(match.group(1), '')
        return match.end()

    def _declaration(self, text, at, final):
        if self._state == CONTENT and text.startswith('<![CDATA[', at):
            end = text.find(']]>', at)
            if end < 0:
                return None
            self.tell('<![CDATA[', 'StartCdataSection')
            if end > at + 9:
                self._text(text[at + 9 : end])
            self.tell(']]>', 'EndCdataSection')
            return end + 3
        for begin in ('<!--', '<![CDATA[' if self._state == CONTENT else '<!DOCTYPE'):
            if begin.startswith(text[at:]) and not final:
                return None
        if self._state != PROLOG or self._doctype or not text.startswith('<!DOCTYPE', at):
            raise self.wrong(9 if self._state == EPILOG else 4 if self._state == CONTENT else 2)
        end = _doctype(self, text, at)
        self._doctype = end is not None
        return end

    def _instruction(self, token):
        match = _instruction.match(token[2:-2])
        if match is None:
            raise self.wrong(4)
        target, rest = match.group(1), match.group(2) or ''
        if target.lower() != 'xml':
            self.tell(token, 'ProcessingInstruction', target, rest)
        elif self._begun or self._expanding:
            raise self.wrong(17)
        else:
            facts = _declaration.match(token[2:-2])
            if facts is None:
                raise self.wrong(30)
            self.tell(token, 'XmlDecl', facts.group(1), facts.group(2), {None: -1, 'no': 0, 'yes': 1}[facts.group(3)])

    def _started(self, match):
        name, given = match.group(1), []
        for attribute in _attribute.finditer(match.group(2)):
            if any(known == attribute.group(1) for known, _ in given):
                self._advance(match.group()[: match.start(2) + attribute.start(1) - match.start()])
                raise self.wrong(8)
            given.append((attribute.group(1), self.value(attribute.group(2)[1:-1], (name, attribute.group(1)) in self.tokens)))
        if not self.specified_attributes:
            given += [pair for pair in self.defaults.get(name, {}).items() if pair[0] not in dict(given)]
        declared = []
        if self._separator is not None:
            for key, value in given:
                if self._split(key)[0] == 'xmlns' or key == 'xmlns':
                    prefix = key[6:] or None
                    if prefix and not value:
                        raise self.wrong(28)
                    if self._separator and self._separator in value and re.match(r'[^\w%.~:/?#\[\]@!$&\'()*+,;=-]', self._separator):
                        raise self.wrong(2)
                    declared.append((prefix, self._prefixes.get(prefix)))
                    self._prefixes[prefix] = value or None
                    self.tell('', 'StartNamespaceDecl', prefix, value or None)
            given = [(self._expand(key, True), value) for key, value in given if key.split(':')[0] != 'xmlns']
        self._open.append(name)
        self._declared.append(declared)
        self._state = CONTENT
        attributes = [part for pair in given for part in pair] if self.ordered_attributes else dict(given)
        self.tell(match.group(), 'StartElement', self._expand(name), attributes)

    def _ended(self, name, token):
        if not self._open or self._open.pop() != name:
            self._advance(token[:2])
            raise self.wrong(7)
        self.tell(token, 'EndElement', self._expand(name))
        for prefix, before in reversed(self._declared.pop()):
            self._prefixes[prefix] = before
            self.tell('', 'EndNamespaceDecl', prefix)
        if not self._open:
            self._state = EPILOG

    def _split(self, name):
        prefix, colon, local = name.rpartition(':')
        if colon and (not prefix or ':' in prefix or not re.match(_NAME, local)):
            raise self.wrong(4)
        return prefix or None, local

    def _expand(self, name, attribute=False):
        """The name with its namespace."""
        if self._separator is None:
            return name
        prefix, local = self._split(name)
        if attribute and not prefix:
            return name
        uri = self._prefixes.get(prefix)
        if uri is None:
            if prefix:
                raise self.wrong(27)
            return name
        more = self._separator + prefix if self.namespace_prefixes and prefix else ''
        return uri + self._separator + local + more

    def value(self, text, tokens=False):
        """An attribute's value: white space is spaces, references are resolved; with `tokens` one space between two."""
        if tokens:
            return ' '.join(self.value(text).split())
        if '&' not in text:
            return re.sub(r'\s', ' ', text)
        parts, at = [], 0
        for match in _reference.finditer(text):
            if '&' in text[at : match.start()]:
                raise self.wrong(4)
            parts.append(re.sub(r'\s', ' ', text[at : match.start()]))
            found, name = self.resolved(match, True), match.group(3)
            if name in self._expanding:
                raise self.wrong(12)
            if found is not None and name not in (None, 'lt', 'gt', 'amp', 'quot', 'apos'):
                self._expanding.append(name)
                found = self.value(found)
                self._expanding.pop()
            parts.append(found or '')
            at = match.end()
        if '&' in text[at:]:
            raise self.wrong(4)
        return ''.join(parts) + re.sub(r'\s', ' ', text[at:])
