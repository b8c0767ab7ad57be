"""What pyexpat knows of XML beside elements: names, messages, encodings, and what a DOCTYPE declares."""
import codecs
import re

NAME = r'[:A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff][-.:\w\u00b7]*'
FORBIDDEN = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]')

MESSAGES = {
    1: ('NO_MEMORY', 'out of memory'),
    2: ('SYNTAX', 'syntax error'),
    3: ('NO_ELEMENTS', 'no element found'),
    4: ('INVALID_TOKEN', 'not well-formed (invalid token)'),
    5: ('UNCLOSED_TOKEN', 'unclosed token'),
    6: ('PARTIAL_CHAR', 'partial character'),
    7: ('TAG_MISMATCH', 'mismatched tag'),
    8: ('DUPLICATE_ATTRIBUTE', 'duplicate attribute'),
    9: ('JUNK_AFTER_DOC_ELEMENT', 'junk after document element'),
    10: ('PARAM_ENTITY_REF', 'illegal parameter entity reference'),
    11: ('UNDEFINED_ENTITY', 'undefined entity'),
    12: ('RECURSIVE_ENTITY_REF', 'recursive entity reference'),
    13: ('ASYNC_ENTITY', 'asynchronous entity'),
    14: ('BAD_CHAR_REF', 'reference to invalid character number'),
    15: ('BINARY_ENTITY_REF', 'reference to binary entity'),
    16: ('ATTRIBUTE_EXTERNAL_ENTITY_REF', 'reference to external entity in attribute'),
    17: ('MISPLACED_XML_PI', 'XML or text declaration not at start of entity'),
    18: ('UNKNOWN_ENCODING', 'unknown encoding'),
    19: ('INCORRECT_ENCODING', 'encoding specified in XML declaration is incorrect'),
    20: ('UNCLOSED_CDATA_SECTION', 'unclosed CDATA section'),
    21: ('EXTERNAL_ENTITY_HANDLING', 'error in processing external entity reference'),
    22: ('NOT_STANDALONE', 'document is not standalone'),
    23: ('UNEXPECTED_STATE', 'unexpected parser state - please send a bug report'),
    24: ('ENTITY_DECLARED_IN_PE', 'entity declared in parameter entity'),
    25: ('FEATURE_REQUIRES_XML_DTD', 'requested feature requires XML_DTD support in Expat'),
    26: ('CANT_CHANGE_FEATURE_ONCE_PARSING', 'cannot change setting once parsing has begun'),
    27: ('UNBOUND_PREFIX', 'unbound prefix'),
    28: ('UNDECLARING_PREFIX', 'must not undeclare prefix'),
    29: ('INCOMPLETE_PE', 'incomplete markup in parameter entity'),
    30: ('XML_DECL', 'XML declaration not well-formed'),
    31: ('TEXT_DECL', 'text declaration not well-formed'),
    32: ('PUBLICID', 'illegal character(s) in public id'),
    33: ('SUSPENDED', 'parser suspended'),
    34: ('NOT_SUSPENDED', 'parser not suspended'),
    35: ('ABORTED', 'parsing aborted'),
    36: ('FINISHED', 'parsing finished'),
    37: ('SUSPEND_PE', 'cannot suspend in external parameter entity'),
    38: ('RESERVED_PREFIX_XML', 'reserved prefix (xml) must not be undeclared or bound to another namespace name'),
    39: ('RESERVED_PREFIX_XMLNS', 'reserved prefix (xmlns) must not be declared or undeclared'),
    40: ('RESERVED_NAMESPACE_URI', 'prefix must not be bound to one of the reserved namespace names'),
    41: ('INVALID_ARGUMENT', 'invalid argument'),
    42: ('NO_BUFFER', 'a successful prior call to function XML_GetBuffer was required'),
    43: ('AMPLIFICATION_LIMIT_BREACH', 'limit on input amplification factor (from DTD and entities) breached'),
}

_named = re.compile(rb'''<\?xml\s[^>]*?encoding\s*=\s*["']([\w.-]+)["']''')
_literal = r'''("[^"]*"|'[^']*')'''
_public = r'''("[-\w \n'()+,./:=?;!*#@$%]*"|'[-\w \n()+,./:=?;!*#@$%]*')'''
_head = re.compile(r'<!DOCTYPE\s+(%s)(?:\s+(?:SYSTEM\s+%s|PUBLIC\s+%s\s+%s))?\s*(\[|>)' % (NAME, _literal, _public, _literal))
_comment = re.compile(r'<!--((?:(?!--).)*)-->', re.S)
_instruction = re.compile(r'<\?(%s)(?:\s+(.*?))?\?>' % NAME, re.S)
_entity = re.compile(
    r'<!ENTITY\s+(%%\s+)?(%s)\s+(?:%s|(?:SYSTEM|PUBLIC\s+%s)\s+%s(?:\s+NDATA\s+(%s))?)\s*>' % (NAME, _literal, _public, _literal, NAME)
)
_notation = re.compile(r'<!NOTATION\s+(%s)\s+(?:SYSTEM\s+%s|PUBLIC\s+%s(?:\s+%s)?)\s*>' % (NAME, _literal, _public, _literal))
_attlist = re.compile(r'''<!ATTLIST\s+(%s)((?:[^"'>]|"[^"]*"|'[^']*')*)>''' % NAME)
_attdef = re.compile(r'\s+(%s)\s+(CDATA|ID|IDREFS?|ENTITY|ENTITIES|NMTOKENS?|(?:NOTATION\s+)?\(\s*[\w.:-]+(?:\s*\|\s*[\w.:-]+)*\s*\))\s+(?:(#REQUIRED|#IMPLIED)|(?:#FIXED\s+)?%s)' % (NAME, _literal))
_element = re.compile(r'<!ELEMENT\s[^>]*>')
_other = re.compile(r'\s+|%%%s;' % NAME)
_well_formed = re.compile('&(?:#[0-9]+|#x[0-9a-fA-F]+|%s);' % NAME)
_character = re.compile(r'&#(?:([0-9]+)|x([0-9a-fA-F]+));')


def decoded(data, encoding, final):
    """An incremental decoder for what begins so; the number of an error; None where more is needed. LookupError for no encoding."""
    if len(data) < 4 and not final:
        return None
    if encoding is None:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = 'utf-16'
        elif data.startswith((b'<\0', b'\0<')):
            encoding = 'utf-16-le' if data[1] == 0 else 'utf-16-be'
        elif data.startswith(codecs.BOM_UTF8):
            encoding = 'utf-8-sig'
        elif data[:5] == b'<?xml'[: len(data)]:
            if b'?>' not in data and not final and len(data) < 1000:
                return None
            named = _named.match(data)
            encoding = named.group(1).decode('latin-1') if named else 'utf-8'
            if encoding.lower() in ('utf-16', 'utf-16le', 'utf-16be'):
                return 19
        else:
            encoding = 'utf-8'
    return codecs.getincrementaldecoder(encoding)()


def _plain(literal):
    return None if literal is None else literal[1:-1]


def doctype(parser, text, at):
    """Tells the handlers. The end of it; None where that is not there yet, or never will be."""
    head = _head.match(text, at)
    if head is None:
        return None
    parts, place = [], head.end()
    if head.group(5) == '[':
        while True:
            for pattern in (_other, _comment, _instruction, _entity, _attlist, _element, _notation):
                found = pattern.match(text, place)
                if found is not None:
                    break
            if found is None:
                break
            parts.append(found)
            place = found.end()
        tail = re.compile(r'\]\s*>').match(text, place)
        if tail is None:
            return None
        place = tail.end()
    system = _plain(head.group(2) or head.group(4))
    parser.incomplete = parser.incomplete or system is not None
    if parser.StartDoctypeDeclHandler is None:
        for piece in re.findall(r'''<!DOCTYPE|"[^"]*"|'[^']*'|\s+|[^\s"']+''', head.group().rstrip('[>')):
            parser.tell(piece, 'Default', piece)
    else:
        parser.tell('', 'StartDoctypeDecl', head.group(1), system, _plain(head.group(3)), head.group(5) == '[')
    for part in parts:
        _declared(parser, part)
    if parser.EndDoctypeDeclHandler is None:
        parser.tell('>', 'Default', '>')
    else:
        parser.tell('>', 'EndDoctypeDecl')
    return place


def _declared(parser, part):
    words, source, base = part.groups(), part.group(), parser.GetBase()
    if part.re is _comment:
        parser.tell(source, 'Comment', words[0])
    elif part.re is _instruction:
        parser.tell(source, 'ProcessingInstruction', words[0], words[1] or '')
    elif part.re is _notation:
        parser.tell(source, 'NotationDecl', words[0], base, _plain(words[1] or words[3]), _plain(words[2]))
    elif part.re is _entity:
        _entity_declared(parser, source, *words)
    elif part.re is _attlist:
        if _attdef.sub('', words[1]).strip():
            raise parser.wrong(4)
        for name, kind, rule, value in _attdef.findall(words[1]):
            if '<' in value:
                raise parser.wrong(4)
            kind = re.sub(r'\s', '', kind)
            if kind != 'CDATA':
                parser.tokens.add((words[0], name))
            value = parser.value(value[1:-1], kind != 'CDATA') if value else None
            if value is not None:
                parser.defaults.setdefault(words[0], {}).setdefault(name, value)
            parser.tell(source, 'AttlistDecl', words[0], name, kind, value, rule == '#REQUIRED' or '#FIXED' in source and bool(value))
    elif source.startswith('%'):
        parser.incomplete = True


def _entity_declared(parser, source, parameter, name, value, public, system, notation):
    public, system = _plain(public), _plain(system)
    if value is not None:
        if '&' in _well_formed.sub('', value):
            raise parser.wrong(4)
        value = _character.sub(lambda match: parser.resolved_number(*match.groups()), value[1:-1])
    if not parameter:
        parser.entities.setdefault(name, (system, public, notation) if value is None else value)
    if notation is not None and parser.UnparsedEntityDeclHandler is not None:
        parser.tell(source, 'UnparsedEntityDecl', name, parser.GetBase(), system, public, notation)
    else:
        parser.tell(source, 'EntityDecl', name, bool(parameter), value, parser.GetBase(), system, public, notation)
