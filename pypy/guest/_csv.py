"""The part of csv that is written in C elsewhere: reader, writer and dialects, for a PyPy that was translated without it."""

__version__ = '1.0'
QUOTE_MINIMAL, QUOTE_ALL, QUOTE_NONNUMERIC, QUOTE_NONE = range(4)

_dialects = {}
_limit = 128 * 1024


class Error(Exception):
    pass


def _char(name, value, optional):
    if value is None and optional:
        return None
    if not isinstance(value, str):
        raise TypeError('"%s" must be string, not %.200s' % (name, type(value).__name__))
    if len(value) > 1 or (len(value) == 0 and not optional):
        raise TypeError('"%s" must be a 1-character string' % name)
    return value or None


_DEFAULTS = {
    'delimiter': ',', 'doublequote': True, 'escapechar': None, 'lineterminator': '\r\n', 'quotechar': '"',
    'quoting': QUOTE_MINIMAL, 'skipinitialspace': False, 'strict': False,
}


class Dialect(object):
    def __new__(cls, dialect=None, **fields):
        for name in fields:
            if name not in _DEFAULTS:
                raise TypeError("'%s' is an invalid keyword argument for this function" % name)
        if isinstance(dialect, str):
            dialect = get_dialect(dialect)
        if isinstance(dialect, Dialect) and not fields:
            return dialect
        self = object.__new__(cls)
        values = {name: fields.get(name, getattr(dialect, name, usual)) for name, usual in _DEFAULTS.items()}
        quoting = values['quoting']
        if not isinstance(quoting, int):
            raise TypeError('"quoting" must be an integer')
        if not 0 <= quoting <= 3:
            raise TypeError('bad "quoting" value')
        if 'quotechar' in fields and fields['quotechar'] is None and 'quoting' not in fields:
            quoting = QUOTE_NONE
        set_ = object.__setattr__
        set_(self, 'delimiter', _char('delimiter', values['delimiter'], False))
        set_(self, 'escapechar', _char('escapechar', values['escapechar'], True))
        set_(self, 'quotechar', _char('quotechar', values['quotechar'], True))
        set_(self, 'doublequote', bool(values['doublequote']))
        set_(self, 'skipinitialspace', bool(values['skipinitialspace']))
        set_(self, 'strict', bool(values['strict']))
        set_(self, 'quoting', quoting)
        set_(self, 'lineterminator', values['lineterminator'])
        if quoting != QUOTE_NONE and self.quotechar is None:
            raise TypeError('quotechar must be set if quoting enabled')
        if not isinstance(self.lineterminator, str):
            raise TypeError('"lineterminator" must be a string')
        return self

    def __setattr__(self, name, value):
        raise AttributeError("attribute '%s' of '_csv.Dialect' objects is not writable" % name)

    def __delattr__(self, name):
        raise AttributeError("attribute '%s' of '_csv.Dialect' objects is not writable" % name)

    def __reduce_ex__(self, protocol):
        raise TypeError("cannot pickle '_csv.Dialect' object")


def register_dialect(name, dialect=None, **fields):
    if not isinstance(name, str):
        raise TypeError('dialect name must be a string')
    _dialects[name] = Dialect(dialect, **fields)


def unregister_dialect(name):
    if name not in _dialects:
        raise Error('unknown dialect')
    del _dialects[name]


def get_dialect(name):
    if name not in _dialects:
        raise Error('unknown dialect')
    return _dialects[name]


def list_dialects():
    return list(_dialects)


def field_size_limit(*limit):
    global _limit
    before = _limit
    if len(limit) > 1 or not all(isinstance(one, int) for one in limit):
        raise TypeError('limit must be an integer')
    for _limit in limit:
        pass
    return before


(_START_RECORD, _START_FIELD, _ESCAPED, _IN_FIELD, _IN_QUOTED, _ESCAPE_IN_QUOTED, _QUOTE_IN_QUOTED, _EAT_NEWLINE,
 _AFTER_ESCAPED_NEWLINE) = range(9)


class _WithDialect(object):
    def __init__(self, dialect, fields):
        self._dialect = Dialect(dialect, **fields)

    @property
    def dialect(self):
        return self._dialect


class _Reader(_WithDialect):
    def __init__(self, iterable, dialect=None, **fields):
        _WithDialect.__init__(self, dialect, fields)
        self.line_num = 0
        self._lines = iter(iterable)

    def __iter__(self):
        return self

    def __next__(self):
        self._fields, self._field, self._state, self._numeric = [], [], _START_RECORD, False
        while True:
            try:
                line = next(self._lines)
            except StopIteration:
                if self._field or self._state == _IN_QUOTED:
                    if self.dialect.strict:
                        raise Error('unexpected end of data')
                    self._save()
                    return self._fields
                raise
            if not isinstance(line, str):
                raise Error('iterator should return strings, not %.200s (did you open the file in text mode?)' % type(line).__name__)
            self.line_num += 1
            for char in line:
                if char == '\0':
                    raise Error('line contains NULL byte')
                self._take(char)
            self._take('\n', True)
            if self._state == _START_RECORD:
                return self._fields

    next = __next__

    def _save(self):
        text = ''.join(self._field)
        self._field = []
        if self._numeric:
            self._numeric = False
            text = float(text)
        self._fields.append(text)

    def _add(self, char):
        if len(self._field) >= _limit:
            raise Error('field larger than field limit (%d)' % _limit)
        self._field.append(char)

    def _take(self, char, end=False):
        dialect, state = self.dialect, self._state
        newline = char in '\r\n'
        if state == _START_RECORD:
            if end:
                return
            if newline:
                self._state = _EAT_NEWLINE
                return
            state = self._state = _START_FIELD
        if state == _START_FIELD:
            if newline:
                self._save()
                self._state = _START_RECORD if end else _EAT_NEWLINE
            elif char == dialect.quotechar and dialect.quoting != QUOTE_NONE:
                self._state = _IN_QUOTED
            elif char == dialect.escapechar:
                self._state = _ESCAPED
            elif char == ' ' and dialect.skipinitialspace:
                pass
            elif char == dialect.delimiter:
                self._save()
            else:
                self._numeric = dialect.quoting == QUOTE_NONNUMERIC
                self._add(char)
                self._state = _IN_FIELD
        elif state == _ESCAPED:
            if newline and not end:
                self._add(char)
                self._state = _AFTER_ESCAPED_NEWLINE
            else:
                self._add('\n' if end else char)
                self._state = _IN_FIELD
        elif state in (_IN_FIELD, _AFTER_ESCAPED_NEWLINE):
            if state == _AFTER_ESCAPED_NEWLINE and end:
                return
            if newline:
                self._save()
                self._state = _START_RECORD if end else _EAT_NEWLINE
            elif char == dialect.escapechar:
                self._state = _ESCAPED
            elif char == dialect.delimiter:
                self._save()
                self._state = _START_FIELD
            else:
                self._add(char)
                self._state = _IN_FIELD
        elif state == _IN_QUOTED:
            if end:
                pass
            elif char == dialect.escapechar:
                self._state = _ESCAPE_IN_QUOTED
            elif char == dialect.quotechar and dialect.quoting != QUOTE_NONE:
                self._state = _QUOTE_IN_QUOTED if dialect.doublequote else _IN_FIELD
            else:
                self._add(char)
        elif state == _ESCAPE_IN_QUOTED:
            self._add('\n' if end else char)
            self._state = _IN_QUOTED
        elif state == _QUOTE_IN_QUOTED:
            if dialect.quoting != QUOTE_NONE and char == dialect.quotechar:
                self._add(char)
                self._state = _IN_QUOTED
            elif char == dialect.delimiter:
                self._save()
                self._state = _START_FIELD
            elif newline:
                self._save()
                self._state = _START_RECORD if end else _EAT_NEWLINE
            elif not dialect.strict:
                self._add(char)
                self._state = _IN_FIELD
            else:
                raise Error("'%s' expected after '%s'" % (dialect.delimiter, dialect.quotechar))
        elif state == _EAT_NEWLINE:
            if end:
                self._state = _START_RECORD
            elif not newline:
                raise Error('new-line character seen in unquoted field - do you need to open the file in universal-newline mode?')


class _Writer(_WithDialect):
    def __init__(self, fileobj, dialect=None, **fields):
        _WithDialect.__init__(self, dialect, fields)
        self._write = getattr(fileobj, 'write', None)
        if not callable(self._write):
            raise TypeError('argument 1 must have a "write" method')

    def writerow(self, row):
        try:
            fields = list(row)
        except TypeError:
            raise Error('iterable expected, not %.200s' % type(row).__name__)
        words = [self._word(field, len(fields) == 1) for field in fields]
        return self._write(self.dialect.delimiter.join(words) + self.dialect.lineterminator)

    def writerows(self, rows):
        for row in rows:
            self.writerow(row)

    def _word(self, field, only):
        dialect = self.dialect
        quoting = dialect.quoting
        if field is None:
            text = ''
        elif isinstance(field, float):
            text = repr(field)
        else:
            text = str(field)
        quoted = quoting == QUOTE_ALL or (quoting == QUOTE_NONNUMERIC and not isinstance(field, (int, float)))
        special = (dialect.delimiter, dialect.escapechar, dialect.quotechar, '\n', '\r')
        out = []
        for char in text:
            if char in special or char in dialect.lineterminator:
                escape = quoting == QUOTE_NONE
                if not escape:
                    if char == dialect.quotechar:
                        if dialect.doublequote:
                            out.append(char)
                        else:
                            escape = True
                    elif char == dialect.escapechar:
                        escape = True
                    if not escape:
                        quoted = True
                if escape:
                    if dialect.escapechar is None:
                        raise Error('need to escape, but no escapechar set')
                    out.append(dialect.escapechar)
            out.append(char)
        if only and not text:
            if quoting == QUOTE_NONE:
                raise Error('single empty field record must be quoted')
            quoted = True
        text = ''.join(out)
        return dialect.quotechar + text + dialect.quotechar if quoted else text


def reader(iterable, dialect=None, **fields):
    return _Reader(iterable, dialect, **fields)


def writer(fileobj, dialect=None, **fields):
    return _Writer(fileobj, dialect, **fields)
