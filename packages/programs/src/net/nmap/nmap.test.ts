import { AF_INET, inet, SIGPIPE, SOCK_STREAM } from '@drydock/abi'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { programs } from '../../index.ts'
import { commonPorts, parsePorts } from './ports.ts'
import { addressesOf } from './targets.ts'
import { recognised } from './version-probe.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
  for (const line of [
    'ip link set lo up',
    'ip link add one type veth peer name two',
    'ip addr add 10.9.0.1/24 dev one',
    'ip link set one up',
    'ip link set two up',
  ])
    await kernel.run(line.split(' '))
  for (const port of [22, 8000]) listenAt(port)
  greet(listenAt(2222)).catch(() => undefined)
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

function listenAt(port: number): number {
  const fd = kernel.sys.socket(AF_INET, SOCK_STREAM)
  kernel.sys.bind(fd, inet('127.0.0.1', port))
  kernel.sys.listen(fd, 200)
  return fd
}
/** Whoever comes is greeted, until the kernel ends. */
async function greet(listener: number): Promise<void> {
  kernel.sys.sigaction(SIGPIPE, 'SIG_IGN')
  for (;;) {
    const { fd } = await kernel.sys.accept(listener)
    await Promise.resolve(kernel.sys.write(fd, GREETING)).catch(() => undefined)
    kernel.sys.close(fd)
  }
}
const GREETING = new TextEncoder().encode('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n')
const run = async (line: string) => {
  const told = await kernel.run(line.split(' '), { files: { '/etc/hosts': '127.0.0.1\tlocalhost\n' } })
  return { ...told, stdout: told.stdout.replace(/at \d.*|\d+\.\d+(?= seconds)|[\d.]+(?=s latency)/g, '*') }
}
const START = 'Starting Nmap 7.95 ( https://nmap.org ) *\n'
const HOST = 'Nmap scan report for localhost (127.0.0.1)\nHost is up (*s latency).\n'
const DONE = 'Nmap done: 1 IP address (1 host up) scanned in * seconds\n'

test.each([
  [
    '-p 22,80,8000 127.0.0.1',
    `${HOST}\nPORT     STATE  SERVICE\n22/tcp   open   ssh\n80/tcp   closed http\n8000/tcp open   http-alt\n\n${DONE}`,
  ],
  [
    '127.0.0.1',
    `${HOST}Not shown: 997 closed tcp ports (reset)\nPORT     STATE SERVICE\n22/tcp   open  ssh\n2222/tcp open  EtherNetIP-1\n8000/tcp open  http-alt\n\n${DONE}`,
  ],
  ['-sn localhost', `Nmap scan report for localhost (127.0.0.1)\nHost is up.\n${DONE}`],
  [
    '-sT -p1-21,23-30 --reason localhost',
    `${HOST.replace('up ', 'up, received localhost-response ')}All 29 scanned ports on localhost (127.0.0.1) are in ignored states.\nNot shown: 29 closed tcp ports (conn-refused)\n\n${DONE}`,
  ],
  [
    '-sV -p 2222 127.0.0.1',
    `${HOST}\nPORT     STATE SERVICE VERSION\n2222/tcp open  ssh     OpenSSH 9.2p1 Debian 2 (protocol 2.0)\n\nService detection performed. Please report any incorrect results at https://nmap.org/submit/ .\n${DONE}`,
  ],
  [
    'nosuchhost',
    'Failed to resolve "nosuchhost".\nWARNING: No targets were specified, so 0 hosts scanned.\nNmap done: 0 IP addresses (0 hosts up) scanned in * seconds\n',
  ],
])('nmap %s', async (words, expected) => {
  expect(await run(`nmap ${words}`)).toMatchObject({ stdout: START + expected, status: 0 })
})

test.each([
  ['-p 99999 127.0.0.1', 'Ports specified must be between 0 and 65535 inclusive\nQUITTING!\n', 1],
  ['--frob', "nmap: unrecognized option '--frob'\nSee the output of nmap -h for a summary of options.\n", 255],
  ['-sU 127.0.0.1', 'nmap: there is no -sU here\nQUITTING!\n', 1],
  ['-iL nosuch', 'Failed to open input file nosuch for reading: No such file or directory (2)\nQUITTING!\n', 1],
])('nmap %s is refused', async (words, stderr, status) => {
  expect(await run(`nmap ${words}`)).toMatchObject({ stderr, status })
})

test('who does not answer on the link is down', async () => {
  expect((await run('nmap -sn 10.9.0.9')).stdout.split('\n').slice(1, 3)).toEqual([
    'Note: Host seems down. If it is really up, but blocking our ping probes, try -Pn',
    'Nmap done: 1 IP address (0 hosts up) scanned in * seconds',
  ])
  const arp = /^10\.9\.0\.9 {9}0x1 {9}0x0 {9}00:00:00:00:00:00 {5}\* {8}one$/m
  expect((await run('cat /proc/net/arp')).stdout).toMatch(arp)
})

test('a file that grep can read', async () => {
  const { stdout } = await run('nmap -oG - -p 22,80 127.0.0.1')
  expect(stdout.split('\n').slice(1, 3)).toEqual([
    'Host: 127.0.0.1 (localhost)\tStatus: Up',
    'Host: 127.0.0.1 (localhost)\tPorts: 22/open/tcp//ssh///, 80/closed/tcp//http///',
  ])
})

describe('words', () => {
  it.each([
    ['22,80', [22, 80]],
    ['20-22', [20, 21, 22]],
    ['T:80,http', [80]],
    ['99999', undefined],
    ['x', undefined],
  ])('ports %s', (text, expected) => expect(parsePorts(text)).toEqual(expected))
  it.each([
    ['10.0.0.6/30', ['10.0.0.4', '10.0.0.5', '10.0.0.6', '10.0.0.7']],
    ['10.0.0-1.7,9', ['10.0.0.7', '10.0.0.9', '10.0.1.7', '10.0.1.9']],
    ['web', undefined],
  ])('targets %s', (text, expected) => expect(addressesOf(text)).toEqual(expected))
  it.each([
    ['HTTP/1.1 200 OK\r\nServer: nginx/1.27.1\r\n', ['http', 'nginx 1.27.1']],
    ['HTTP/1.1 200 OK\r\nServer: Apache/2.4.62 (Unix)\r\n', ['http', 'Apache httpd 2.4.62 (Unix)']],
    ['what', undefined],
  ])('sign %j', (text, expected) => expect(recognised(text)).toEqual(expected))
  it('knows a thousand ports', () =>
    expect([commonPorts().length, commonPorts(5)]).toEqual([1000, [21, 22, 23, 80, 443]]))
})
