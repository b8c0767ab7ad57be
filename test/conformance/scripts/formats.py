import configparser, csv, json, logging, logging.handlers, pickle, os, xml.etree.ElementTree as ET
from check import get
with open('x.csv', 'w', newline='') as f:
    w = csv.writer(f)
    w.writerows([['a', 'b'], [1, 'q"uote'], ['ü', 'multi\nline']])
with open('x.csv', newline='') as f:
    print(list(csv.reader(f)))
with open('x.json', 'w') as f:
    json.dump({'a': [1, 2.5, None, True, 'é']}, f, indent=2)
print(json.load(open('x.json')))
with open('x.pickle', 'wb') as f:
    pickle.dump({'set': {1, 2}, 'tuple': (1, 'x')}, f)
print(pickle.load(open('x.pickle', 'rb')))
c = configparser.ConfigParser()
c['section'] = {'key': 'value', 'n': '5'}
with open('x.ini', 'w') as f:
    c.write(f)
d = configparser.ConfigParser()
d.read('x.ini')
print(d['section'].getint('n'), d.sections())
logging.basicConfig(filename='x.log', level=logging.INFO, format='%(levelname)s %(message)s')
logging.info('informed')
logging.warning('warned %d', 5)
h = logging.handlers.RotatingFileHandler('rot.log', maxBytes=100, backupCount=2)
log = logging.getLogger('rot')
log.propagate = False
log.addHandler(h)
for i in range(30):
    log.warning('message number %d', i)
logging.shutdown()
print(get('x.log'), sorted(n for n in os.listdir('.') if n.startswith('rot')))
root = ET.Element('a')
ET.SubElement(root, 'b', x='1').text = 'text'
ET.ElementTree(root).write('x.xml')
print(ET.parse('x.xml').getroot().find('b').attrib)
import shelve, dbm.dumb
with dbm.dumb.open('dumb', 'c') as db:
    db['k'] = 'v'
print(dbm.dumb.open('dumb', 'r')['k'])
