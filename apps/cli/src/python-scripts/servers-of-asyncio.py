import asyncio
async def handle(r, w):
    data = await r.readline(); addr = w.get_extra_info('peername')
    print('received', data, addr[0] if addr else addr); w.write(data.upper()); await w.drain(); w.close(); await w.wait_closed()
async def main():
    s = await asyncio.start_server(handle, '127.0.0.1', 0)
    port = s.sockets[0].getsockname()[1]
    r, w = await asyncio.open_connection('127.0.0.1', port)
    w.write(b'hello\n'); print(await r.read()); w.close()
    u = await asyncio.start_unix_server(handle, './u.sock')
    async def unixc():
        r, w = await asyncio.open_unix_connection('./u.sock'); w.write(b'by unix\n'); print(await r.read())
    try: await unixc()
    except Exception as e: print(type(e), e)
    s.close(); await s.wait_closed()
    try: await asyncio.open_connection('127.0.0.1', 1)
    except OSError as e: print(type(e), e)
asyncio.run(main())
