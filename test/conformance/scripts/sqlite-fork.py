import os, sqlite3
db = sqlite3.connect('f.db')
db.execute('create table t (a)')
db.commit()
db.close()
pids = []
for i in range(3):
    pid = os.fork()
    if pid == 0:
        db = sqlite3.connect('f.db', timeout=20)
        for j in range(10):
            with db:
                db.execute('insert into t values (?)', (i * 100 + j,))
        db.close()
        os._exit(0)
    pids.append(pid)
print([os.waitpid(p, 0)[1] for p in pids])
db = sqlite3.connect('f.db')
print(db.execute('select count(*), sum(a) from t').fetchone())
print(db.execute('pragma integrity_check').fetchone())
db.close()
os.unlink('f.db')
