# differs: a removed working directory has no parent to go up to, and cannot be listed
import os
from check import show
os.mkdir('gone')
os.chdir('gone')
os.rmdir('../gone')
show('cwd', os.getcwd)
show('list', os.listdir, '.')
show('open', open, 'f', 'w')
show('up', os.chdir, '..')
