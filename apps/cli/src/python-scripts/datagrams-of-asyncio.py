import asyncio
class E(asyncio.DatagramProtocol):
    def connection_made(self, t): self.t = t
    def datagram_received(self, d, a): print('got', d); self.t.sendto(b'echo ' + d, a)
class C(asyncio.DatagramProtocol):
    def __init__(self, f): self.f = f
    def connection_made(self, t): t.sendto(b'msg')
    def datagram_received(self, d, a): self.f.set_result(d)
async def main():
    loop = asyncio.get_running_loop()
    t, p = await loop.create_datagram_endpoint(E, local_addr=('127.0.0.1', 0))
    f = loop.create_future()
    t2, _ = await loop.create_datagram_endpoint(lambda: C(f), remote_addr=t.get_extra_info('sockname'))
    print(await asyncio.wait_for(f, 3)); t.close(); t2.close()
asyncio.run(main())
