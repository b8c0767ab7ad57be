"""pyexpat where the interpreter has none: the parser below xml.etree, minidom, sax, plistlib and xmlrpc, in Python.

Words and numbers of errors are those of expat 2.5. It loads no external entity, and content models of a DTD are neither checked
nor told.
"""
import io as _io
import types as _types

from _xml_names import MESSAGES as _MESSAGES, decoded as _decoded
from _xml_tokens import EPILOG as _AFTER, PROLOG as _BEFORE, Tokens as _Tokens

EXPAT_VERSION, version_info, native_encoding, features = 'expat_2.5.0', (2, 5, 0), 'UTF-8', []
XML_PARAM_ENTITY_PARSING_NEVER, XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE, XML_PARAM_ENTITY_PARSING_ALWAYS = range(3)
__version__ = '1.0'

errors = _types.ModuleType('pyexpat.errors', 'Messages of the errors.')
errors.messages = {code: words for code, (name, words) in _MESSAGES.items()}
errors.codes = {words: code for code, words in errors.messages.items()}
for _code, (_name, _words) in _MESSAGES.items():
    setattr(errors, 'XML_ERROR_' + _name, _words)
model = _types.ModuleType('pyexpat.model', 'Constants of content models.')
for _code, _name in enumerate(('EMPTY', 'ANY', 'MIXED', 'NAME', 'CHOICE', 'SEQ'), 1):
    setattr(model, 'XML_CTYPE_' + _name, _code)
for _code, _name in enumerate(('NONE', 'OPT', 'REP', 'PLUS')):
    setattr(model, 'XML_CQUANT_' + _name, _code)


class ExpatError(Exception):
    pass


error = ExpatError
_HANDLERS = '''StartElement EndElement ProcessingInstruction CharacterData UnparsedEntityDecl NotationDecl StartNamespaceDecl EndNamespaceDecl
Comment StartCdataSection EndCdataSection Default DefaultHandlerExpand NotStandalone ExternalEntityRef StartDoctypeDecl EndDoctypeDecl EntityDecl
XmlDecl ElementDecl AttlistDecl SkippedEntity'''.split()

def ErrorString(code):
    return errors.messages.get(code)


def ParserCreate(encoding=None, namespace_separator=None, intern=None):
    if namespace_separator is not None and len(namespace_separator) > 1:
        raise ValueError('namespace_separator must be at most one character, omitted, or None')
    return xmlparser(encoding, namespace_separator, intern)


class xmlparser(_Tokens):
    def __init__(self, encoding, separator, intern):
        for name in _HANDLERS:
            setattr(self, name if name.endswith('Expand') else name + 'Handler', None)
        self.buffer_text = self.ordered_attributes = self.specified_attributes = self.namespace_prefixes = False
        self.buffer_size, self.intern = 8192, {} if intern is None else intern
        self.ErrorCode = self.ErrorByteIndex = 0
        self.CurrentLineNumber, self.CurrentColumnNumber, self.CurrentByteIndex = 1, 0, 0
        self._encoding, self._separator, self._base = encoding, separator, None
        self._decoder, self._bytes, self._rest, self._given = None, b'', '', 0
        self._state, self._begun, self._finished, self._chars = _BEFORE, False, False, []
        # Names of open elements, and for each the prefixes it declared; what each prefix stands for.
        self._open, self._declared, self._prefixes = [], [], {'xml': 'http://www.w3.org/XML/1998/namespace'}
        self.entities, self.incomplete = dict(lt='<', gt='>', amp='&', quot='"', apos="'"), False
        # Of what a DTD says of attributes: defaults by element, and which are no CDATA.
        self.defaults, self.tokens = {}, set()
        self._expanding, self._expanded, self._doctype = [], 0, False

    ErrorLineNumber = property(lambda self: self.CurrentLineNumber)
    ErrorColumnNumber = property(lambda self: self.CurrentColumnNumber)

    def SetBase(self, base):
        self._base = base

    def GetBase(self):
        return self._base

    def GetInputContext(self):
        return None

    def SetParamEntityParsing(self, flag):
        return 1

    def UseForeignDTD(self, flag=True):
        pass

    def ExternalEntityParserCreate(self, context, encoding=None):
        raise self.wrong(21)

    def ParseFile(self, file):
        if not hasattr(file, 'read'):
            raise TypeError("argument must have 'read' attribute")
        while True:
            data = file.read(65536)
            self.Parse(data, not data)
            if not data:
                return 1

    def Parse(self, data, isfinal=False):
        if self._finished:
            raise self.wrong(36)
        try:
            self._given += len(data)
            text = data if isinstance(data, str) else self._decode(bytes(data), isfinal)
            if isinstance(data, str):
                text = text.replace('\r\n', '\n').replace('\r', '\n')
            text, self._rest = self._rest + text, ''
            used = self._parse(text, isfinal)
            self._rest = text[used:]
            if isfinal:
                if self._state != _AFTER:
                    self._advance(text[used:])
                    raise self.wrong(3)
                self._finished = True
            self.flush()
        except ExpatError:
            self._finished = True
            raise
        return 1

    def _decode(self, data, final):
        if self._decoder is None:
            self._bytes += data
            found = _decoded(self._bytes, self._encoding, final)
            if found is None:
                return ''
            if isinstance(found, int):
                raise self.wrong(found)
            self._decoder, data = _io.IncrementalNewlineDecoder(found, True), self._bytes
        try:
            return self._decoder.decode(data, final)
        except UnicodeError:
            raise self.wrong(4)

    def wrong(self, code):
        words = errors.messages[code]
        made = ExpatError('%s: line %d, column %d' % (words, self.CurrentLineNumber, self.CurrentColumnNumber))
        made.code, made.lineno, made.offset = code, self.CurrentLineNumber, self.CurrentColumnNumber
        self.ErrorCode = code
        return made

    def _advance(self, token):
        if self._expanding:
            return
        lines = token.count('\n')
        if lines:
            self.CurrentLineNumber += lines
            self.CurrentColumnNumber = 0
            token = token[token.rindex('\n') + 1 :]
        self.CurrentColumnNumber += len(token)

    def flush(self):
        if self._chars:
            text, self._chars = ''.join(self._chars), []
            self._said(text, self.CharacterDataHandler, text)

    def _text(self, text):
        if self.buffer_text:
            self._chars.append(text)
        else:
            self._said(text, self.CharacterDataHandler, text)

    def _said(self, source, handler, *words):
        """Tells the handler, or where there is none the default one; `source` is what stands in the document."""
        handler = handler or (lambda *words: (self.DefaultHandlerExpand or self.DefaultHandler or (lambda text: None))(source))
        return handler(*words)

    def tell(self, source, name, *words):
        self.flush()
        return self._said(source, getattr(self, name + 'Handler'), *words)


XMLParserType = xmlparser
