import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CLONE_NEWNET, inet, SIGINT, SIGKILL, SOCK_DGRAM, AF_INET, encodeDns } from '@drydock/abi'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { dial, listen } from '@drydock/libc'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { programs } from '../../index.ts'

const FILES = {
  '/etc/services': 'domain\t53/udp\nhttp\t80/tcp\n',
  '/etc/hosts': '127.0.0.1\tlocalhost\n10.9.0.1\there\n',
}
let kernel: TestKernel
let far = 0

/** Two hosts on a cable: 10.9.0.1 is this one, 10.9.0.2 the other. */
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
  far = kernel.sys.fork(
    async ({ sys }) => {
      await sys.sleep(1)
      sys.netlink({ op: 'address-add', link: 'far0', address: '10.9.0.2/24' })
      sys.netlink({ op: 'link-set', name: 'far0', up: true })
      const fd = sys.socket(AF_INET, SOCK_DGRAM)
      sys.bind(fd, inet('0.0.0.0', 53))
      for (;;) {
        const { data, from } = await sys.recvfrom(fd)
        const id = (data[0] ?? 0) * 256 + (data[1] ?? 0)
        const answers = [{ name: 'db.test', type: 1, ttl: 60, data: '10.9.0.7' }]
        await sys.sendto(fd, encodeDns({ id, response: true, code: 0, name: 'db.test', type: 1, answers }), from)
      }
    },
    { flags: CLONE_NEWNET, argv: ['far'], fds: new Map() },
  )
  const { sys } = kernel
  sys.netlink({ op: 'link-set', name: 'lo', up: true })
  sys.netlink({
    op: 'link-add',
    name: 'eth0',
    kind: 'veth',
    peer: 'far0',
    mac: '02:42:0a:09:00:01',
    peerMac: '02:42:0a:09:00:02',
  })
  sys.netlink({ op: 'link-move', name: 'far0', pid: far })
  sys.netlink({ op: 'address-add', link: 'eth0', address: '10.9.0.1/24' })
  sys.netlink({ op: 'link-set', name: 'eth0', up: true })
  await sys.sleep(10)
})
afterAll(async () => {
  kernel.sys.kill(far, SIGKILL)
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

const run = (...argv: string[]) => kernel.run(argv, { files: FILES })

/** What tcpdump prints about what `traffic` does. */
async function capture(options: string[], traffic: () => Promise<unknown>) {
  const tracing = run('tcpdump', ...options)
  await kernel.sys.sleep(5)
  await traffic()
  await kernel.sys.sleep(50)
  const pid = kernel.sys.processes().find(({ comm }) => comm === 'tcpdump')?.pid
  if (pid !== undefined) kernel.sys.kill(pid, SIGINT)
  return tracing
}
const ask = () => run('dig', '+tries=1', '@10.9.0.2', 'db.test')
const ping = () => run('ping', '-c', '1', '10.9.0.2')
/** A client and a server on loopback. */
async function greet(): Promise<void> {
  const { sys } = kernel
  const encoder = new TextEncoder()
  const listening = listen(sys, inet('127.0.0.1', 80))
  const client = await dial(sys, inet('127.0.0.1', 80))
  const { fd } = await sys.accept(listening)
  await client.write(encoder.encode('GET / HTTP/1.0\r\n\r\n'))
  await sys.read(fd, 100)
  await sys.write(fd, encoder.encode('HTTP/1.1 200 OK\r\n\r\nhello\n'))
  sys.close(fd)
  await client.read()
  client.close()
  sys.close(listening)
}
const refused = () => run('nc', '-w', '1', '10.9.0.2', '81')

describe('tcpdump', () => {
  test('tells of ARP, ICMP and who counts what', async () => {
    kernel.sys.netlink({ op: 'link-set', name: 'eth0', up: false })
    kernel.sys.netlink({ op: 'link-set', name: 'eth0', up: true })
    const { stdout, stderr, status } = await capture(['-n', '-i', 'eth0'], ping)
    const lines = stdout.split('\n').map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{6} /, ''))
    expect(lines).toContain('ARP, Request who-has 10.9.0.2 tell 10.9.0.1, length 28')
    expect(lines).toContain('ARP, Reply 10.9.0.2 is-at 02:42:0a:09:00:02, length 28')
    const request = lines.find((line) => line.includes('echo request'))
    expect(request).toMatch(/^IP 10\.9\.0\.1 > 10\.9\.0\.2: ICMP echo request, id \d+, seq 1, length 64$/)
    expect(lines).toContain(request?.replace('10.9.0.1 > 10.9.0.2', '10.9.0.2 > 10.9.0.1').replace('request', 'reply'))
    const count = lines.filter(Boolean).length
    expect(stderr).toBe(`tcpdump: verbose output suppressed, use -v[v]... for full protocol decode
listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes
${count} packets captured
${count} packets received by filter
0 packets dropped by kernel
`)
    expect(status).toBe(0)
  })

  test('reads DNS, and names hosts and ports unless -n', async () => {
    const { stdout } = await capture(['-i', 'eth0', '-c', '2', 'udp', 'port', 'domain'], ask)
    expect(stdout).toMatch(/ IP here\.\d+ > 10\.9\.0\.2\.domain: \d+\+ A\? db\.test\. \(25\)\n/)
    const numeric = await capture(['-n', '-i', 'eth0', '-c', '2', 'port', '53'], ask)
    expect(numeric.stdout).toMatch(/ IP 10\.9\.0\.2\.53 > 10\.9\.0\.1\.\d+: \d+ 1\/0\/0 A 10\.9\.0\.7 \(48\)\n/)
    expect(numeric.stderr).toContain('2 packets captured\n')
  })

  test('shows a connection on loopback from its SYN on, with numbers that begin there', async () => {
    const { stdout } = await capture(['-n', '-i', 'lo', '-A'], greet)
    const syn =
      /IP 127\.0\.0\.1\.(\d+) > 127\.0\.0\.1\.80: Flags \[S\], seq (\d+), win \d+, options \[mss 1460,sackOK,TS val \d+ ecr 0,nop,wscale 7\], length 0\n/.exec(
        stdout,
      )
    expect(syn).not.toBeNull()
    const client = `127.0.0.1.${syn?.[1]}`
    expect(stdout).toContain(`IP 127.0.0.1.80 > ${client}: Flags [S.], seq `)
    expect(stdout).toContain(`, ack ${(Number(syn?.[2]) + 1) % 2 ** 32}, win`)
    expect(stdout).toMatch(
      new RegExp(
        `IP ${client} > 127\\.0\\.0\\.1\\.80: Flags \\[P\\.\\], seq 1:19, ack 1, .*, length 18: HTTP: GET / HTTP/1\\.0\\n`,
      ),
    )
    expect(stdout).toContain('GET / HTTP/1.0\n\n')
    expect(stdout).toContain('HTTP/1.1 200 OK\n\nhello\n')
  })

  test('hears every interface with -i any, and says which and which way', async () => {
    const { stdout, stderr } = await capture(['-n', '-i', 'any', 'icmp'], ping)
    expect(stderr).toContain('tcpdump: data link type LINUX_SLL2\n')
    expect(stderr).toContain('listening on any, link-type LINUX_SLL2 (Linux cooked v2), snapshot length 262144 bytes\n')
    expect(stdout).toMatch(/ eth0 {2}Out IP 10\.9\.0\.1 > 10\.9\.0\.2: ICMP echo request/)
    expect(stdout).toMatch(/ eth0 {2}In {2}IP 10\.9\.0\.2 > 10\.9\.0\.1: ICMP echo reply/)
  })

  test('dumps bytes, verbose heads and link heads', async () => {
    const { stdout } = await capture(['-n', '-e', '-v', '-X', '-c', '1', 'icmp'], ping)
    expect(stdout).toMatch(
      /02:42:0a:09:00:01 > 02:42:0a:09:00:02, ethertype IPv4 \(0x0800\), length 98: \(tos 0x0, ttl 64, id \d+, offset 0, flags \[DF\], proto ICMP \(1\), length 84\)\n {4}10\.9\.0\.1 > /,
    )
    expect(stdout).toMatch(
      /^\t0x0000: {2}4500 0054 [\da-f]{4} 4000 4001 [\da-f]{4} 0a09 0001 {2}E\.\.T..@\.@\.......$/m,
    )
  })

  test('refuses what it cannot', async () => {
    expect((await run('tcpdump', '-i', 'nope')).stderr).toBe(
      'tcpdump: nope: No such device exists\n(No such device exists)\n',
    )
    expect((await run('tcpdump', 'port')).stderr).toBe("tcpdump: can't parse filter expression: syntax error\n")
    expect((await kernel.run(['tcpdump', '-i', 'lo'], { uid: 1000 })).stderr).toContain(
      "You don't have permission to perform this capture",
    )
  })
})

describe('capture files', () => {
  beforeAll(async () => {
    await capture(['-n', '-i', 'eth0', '-w', '/tmp/all.pcap'], async () => {
      await ping()
      await ask()
      await refused()
    })
  })

  const countOf = async (...expression: string[]) => {
    const { stdout, stderr } = await run('tcpdump', '-n', '-r', '/tmp/all.pcap', ...expression)
    expect(stderr).toBe('reading from file /tmp/all.pcap, link-type EN10MB (Ethernet), snapshot length 262144\n')
    return stdout.split('\n').filter((line) => / (IP|ARP)/.test(line)).length
  }

  /** Expressions, and how many packets of ping (2), a DNS question (2) and a refused connection (2) they take. */
  test.each<[string, number]>([
    ['icmp or udp or tcp', 6],
    ['icmp', 2],
    ['not arp and not icmp', 4],
    ['icmp and src 10.9.0.1', 1],
    ['udp port 53', 2],
    ['dst port 53', 1],
    ['src port domain', 1],
    ['tcp port 80 or 81', 2],
    ['port 53 or icmp', 4],
    ['portrange 50-60', 2],
    ['host 10.9.0.2 and (tcp or icmp)', 4],
    ['src host 10.9.0.2 && !udp && !arp', 2],
    ['net 10.9.0.0/24 and ip', 6],
    ['src net 10.9 and dst net 10.9.0.2/32 and ip', 3],
    ['net 192.168', 0],
    ['tcp[tcpflags] & tcp-rst != 0', 1],
    ['tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn', 1],
    ['tcp[13] = 2', 1],
    ['icmp[icmptype] == icmp-echo', 1],
    ['ip[8] == 64 and udp', 2],
    ['ether src 02:42:0a:09:00:02 and icmp', 1],
    ['ip and greater 90', 3],
    ['ip proto 17', 2],
    ['src or dst host 10.9.0.1 and tcp', 2],
    ['ip6', 0],
  ])('%s', async (expression, count) => {
    expect(await countOf(...expression.split(' '))).toBe(count)
  })

  test('are counted with --count and cut by -c', async () => {
    expect((await run('tcpdump', '-r', '/tmp/all.pcap', '--count', 'icmp')).stdout).toBe('2 packets\n')
    expect(await countOf('-c', '3')).toBe(3)
    expect((await run('tcpdump', '-r', '/none')).stderr).toBe('tcpdump: /none: No such file or directory\n')
  })
})

/** The machine's own tcpdump reads what ours wrote, and prints the same. */
const real = spawnSync('tcpdump', ['--version']).status === 0
describe.skipIf(!real)(`the real tcpdump${real ? '' : ' (skipped: there is none here)'}`, () => {
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tcpdump-'))
    const traffic = async () => {
      await ping()
      await ask()
      await refused()
      await greet()
      await run('traceroute', '-n', '-m', '1', '10.9.0.2')
    }
    for (const name of ['any', 'eth0', 'lo']) {
      await capture(['-n', '-i', name, '-w', `/tmp/${name}.pcap`], traffic)
      const fd = kernel.sys.open(`/tmp/${name}.pcap`, 0)
      writeFileSync(join(folder, name), kernel.sys.pread(fd, 1e6, 0))
      kernel.sys.close(fd)
    }
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  /** Devices of a file are named by whoever reads it. */
  const anyDevice = (text: string): string => text.replace(/\S+ +(In|Out|B) +(?=IP|ARP|ifindex)/g, 'DEVICE $1 ')

  test.each(
    ['any', 'eth0', 'lo'].flatMap((name) =>
      ['', 'v', 'vv', 'e', 'X', 'xx', 'A', 'q', 'S', 'tt', 'ttt', 'ttttt', '#'].map(
        (flags) => [name, `-n${flags}`] as const,
      ),
    ),
  )('of %s with %s', async (name, flags) => {
    const { stdout } = spawnSync('tcpdump', [flags, '-r', join(folder, name)], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    })
    const ours = (await run('tcpdump', flags, '-r', `/tmp/${name}.pcap`)).stdout
    expect(stdout.length).toBeGreaterThan(100)
    if (name === 'any') expect(anyDevice(ours)).toBe(anyDevice(stdout))
    else expect(ours).toBe(stdout)
  })
})
