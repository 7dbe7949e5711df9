import {
  AF_UNIX,
  EAGAIN,
  ECONNREFUSED,
  ENOTCONN,
  EPROTOTYPE,
  exitStatus,
  isErrno,
  O_CREAT,
  O_RDWR,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  unix,
} from '@drydock/abi'
import { beforeAll, describe, expect, it } from 'vitest'
import { bootTestKernel, inTask, type TestKernel } from '../testing/index.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (data: Uint8Array): string => new TextDecoder().decode(data)

async function errorOf(act: () => unknown): Promise<unknown> {
  try {
    await act()
    return undefined
  } catch (error) {
    if (isErrno(error)) return error
    throw error
  }
}

/** Answers are those of Linux 6. */
describe('unix sockets that keep messages', () => {
  let kernel: TestKernel
  beforeAll(async () => {
    kernel = await bootTestKernel([])
    kernel.sys.chdir('/tmp')
  })

  it('cuts each message by itself', async () => {
    const { sys } = kernel
    for (const type of [SOCK_SEQPACKET, SOCK_DGRAM]) {
      const [one, other] = sys.socketpair(type)
      await sys.write(one, bytes('abc'))
      await sys.write(one, bytes('de'))
      expect([text(await sys.read(other, 2)), text(await sys.read(other, 9))]).toEqual(['ab', 'de'])
    }
  })

  it('goes to a name, and says who sent it', async () => {
    const { sys } = kernel
    const server = sys.socket(AF_UNIX, SOCK_DGRAM)
    sys.bind(server, unix('log'))
    const client = sys.socket(AF_UNIX, SOCK_DGRAM)
    expect(await errorOf(() => sys.write(client, bytes('x')))).toBe(ENOTCONN)
    sys.bind(client, unix('me'))
    await sys.sendto(client, bytes('hello'), unix('log'))
    const { data, from } = await sys.recvfrom(server)
    expect([text(data), from]).toEqual(['hello', unix('me')])
    const stream = sys.socket(AF_UNIX, SOCK_STREAM)
    expect(await errorOf(() => sys.connect(stream, unix('log')))).toBe(EPROTOTYPE)
    await sys.connect(client, unix('log'))
    sys.close(server)
    expect(await errorOf(() => sys.write(client, bytes('x')))).toBe(ECONNREFUSED)
  })

  it('makes a sender wait while the queue is full', async () => {
    const { sys } = kernel
    const server = sys.socket(AF_UNIX, SOCK_DGRAM)
    sys.bind(server, unix('slow'))
    const client = sys.socket(AF_UNIX, SOCK_DGRAM)
    await sys.connect(client, unix('slow'))
    sys.setFdFlags(client, { nonblock: true })
    let sent = 0
    while ((await errorOf(() => sys.write(client, bytes('x')))) === undefined) sent++
    expect(sent).toBe(11)
    sys.setFdFlags(client, { nonblock: false })
    const writing = Promise.resolve(sys.write(client, bytes('y')))
    await sys.read(server, 1)
    expect(await writing).toBe(1)
    sys.setFdFlags(client, { nonblock: true })
    expect(await errorOf(() => sys.write(client, bytes('x')))).toBe(EAGAIN)
  })

  it('hands descriptors on, and tells who the other is', async () => {
    const { sys } = kernel
    const [mine, theirs] = sys.socketpair()
    const file = sys.open('passed', O_CREAT | O_RDWR)
    await sys.write(file, bytes('content'))
    await sys.write(mine, bytes('before'))
    await sys.sendRights(mine, bytes('F'), [file])
    sys.close(file)
    const status = await inTask(
      kernel,
      async ({ sys: own }) => {
        const first = await own.receiveRights(3, 100)
        if (text(first.data) !== 'before' || first.fds.length) return 1
        const second = await own.receiveRights(3, 100)
        const [fd = -1] = second.fds
        if (text(own.pread(fd, 9, 0)) !== 'content') return 2
        const { pid, uid } = own.peerCredentials(3)
        return pid === 1 && uid === 0 ? 0 : 3
      },
      { fds: new Map([[3, theirs]]) },
    )
    expect(exitStatus(status)).toBe(0)
  })

  it('knows the caller of a listener', async () => {
    const { sys } = kernel
    const listener = sys.socket(AF_UNIX, SOCK_STREAM)
    sys.bind(listener, unix('listener'))
    sys.chmod('listener', 0o777)
    sys.listen(listener)
    const pid = sys.fork(async ({ sys: own }) => {
      own.setuid(1000)
      const fd = own.socket(AF_UNIX, SOCK_STREAM)
      await own.connect(fd, unix('/tmp/listener'))
      return own.peerCredentials(fd).uid
    })
    const { fd } = await sys.accept(listener)
    expect(sys.peerCredentials(fd)).toEqual({ pid, uid: 1000, gid: 0 })
    expect((await sys.wait(pid))?.status).toEqual({ kind: 'exited', code: 0 })
  })
})
