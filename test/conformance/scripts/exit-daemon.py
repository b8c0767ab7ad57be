import threading, time, os
r, w = os.pipe()
threading.Thread(target=lambda: os.read(r, 1), daemon=True).start()
threading.Thread(target=lambda: time.sleep(100), daemon=True).start()
t = threading.Thread(target=lambda: (time.sleep(0.1), print('worker')))
t.start()
print('main ends')
