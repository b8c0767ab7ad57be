# differs: blocks are counted as if a file had no holes
import os
with open('sparse', 'wb') as f:
    f.truncate(200 * 1024**2)
print(os.stat('sparse').st_blocks * 512 < 10**8)
