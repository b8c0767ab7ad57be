# differs: two names of one file of the machine part when one is changed
import os
from check import get, put
os.link('base/private', 'p3')
put('p3', 'via p3')
print(get('base/private2'))
os.chmod('p3', 0o640)
print(oct(os.stat('base/private2').st_mode))
