import mmap
open('f', 'wb').write(b'hello world')
with open('f', 'r+b') as f:
    m = mmap.mmap(f.fileno(), 0); print(m[:5], m.find(b'world'), len(m)); m[:5] = b'HELLO'; m.flush(); m.close()
print(open('f').read())
m = mmap.mmap(-1, 10); m.write(b'ab'); m.seek(0); print(m.read(2))
