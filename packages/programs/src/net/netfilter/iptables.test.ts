import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { netPrograms } from '../index.ts'

let kernel: TestKernel
beforeAll(async () => void (kernel = await bootTestKernel(netPrograms)))
beforeEach(async () => void (await run('iptables -F')))
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})
const SERVICES = 'ssh 22/tcp\nhttp 80/tcp\nhttps 443/tcp\ndomain 53/udp\n'
const run = (line: string, rules = '') =>
  kernel.run(
    [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain),
    { files: { '/etc/services': SERVICES, '/rules': rules } },
  )

/** A rule, as iptables -S and -L tell it. */
const RULES: readonly (readonly [string, string, string])[] = [
  ['-p tcp --dport 22 -j ACCEPT', '-p tcp -m tcp --dport 22 -j ACCEPT', 'tcp dpt:ssh'],
  [
    '-m state --state NEW -p tcp --dport 25 -j REJECT',
    '-p tcp -m state --state NEW -m tcp --dport 25 -j REJECT --reject-with icmp-port-unreachable',
    'state NEW tcp dpt:25 reject-with icmp-port-unreachable',
  ],
  [
    '-p tcp -m multiport ! --dports 80,443 -j DROP',
    '-p tcp -m multiport ! --dports 80,443 -j DROP',
    'multiport dports ! http,https',
  ],
  ['-p tcp --tcp-flags SYN,ACK SYN -j DROP', '-p tcp -m tcp --tcp-flags SYN,ACK SYN -j DROP', 'tcp flags:SYN,ACK/SYN'],
  [
    '-j LOG --log-prefix "seen: " --log-level info --log-uid',
    '-j LOG --log-prefix "seen: " --log-level 6 --log-uid',
    'LOG level info uid prefix "seen: "',
  ],
  [
    '-m statistic --mode nth --every 3 --packet 0 -j DROP',
    '-m statistic --mode nth --every 3 --packet 0 -j DROP',
    'statistic mode nth every 3',
  ],
  [
    '-m iprange --src-range 10.0.0.1-10.0.0.9 -j ACCEPT',
    '-m iprange --src-range 10.0.0.1-10.0.0.9 -j ACCEPT',
    'source IP range 10.0.0.1-10.0.0.9',
  ],
]

test.each(RULES)('%s', async (words, specified, listed) => {
  await run(`iptables -A INPUT ${words}`)
  expect((await run('iptables -S INPUT 1')).stdout).toBe(`-A INPUT ${specified}\n`)
  expect((await run('iptables -L INPUT')).stdout).toContain(`  ${listed}\n`)
  expect((await run(`iptables -D INPUT ${words}`)).status).toBe(0)
})

/** Refused: what is said first, and the status. */
const REFUSED: readonly (readonly [string, string, number])[] = [
  [
    '-A INPUT -m nope -j ACCEPT',
    "iptables v1.8.9 (nf_tables): Couldn't load match `nope':No such file or directory",
    2,
  ],
  ['-A INPUT --dport 80 -j ACCEPT', 'iptables v1.8.9 (nf_tables): unknown option "--dport"', 2],
  ['-A INPUT -p tcp --dport 99999', "iptables v1.8.9 (nf_tables): invalid port/service `99999' specified", 2],
  [
    '-A INPUT -j MASQUERADE',
    'iptables v1.8.9 (nf_tables):  RULE_APPEND failed (Invalid argument): rule in chain INPUT',
    4,
  ],
  ['-A INPUT -o eth0 -j DROP', "iptables v1.8.9 (nf_tables): Can't use -o with INPUT", 2],
  ['-R INPUT 9 -j DROP', 'iptables: Index of replacement too big.', 1],
  ['-A INPUT -j REJECT --reject-with foo', 'iptables v1.8.9 (nf_tables): unknown reject type "foo"', 2],
]

test.each(REFUSED)('%s is refused', async (words, message, status) => {
  const done = await run(`iptables ${words}`)
  expect([done.stderr.split('\n')[0], done.status]).toEqual([message, status])
})

const SAVED = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:web - [0:0]
-A INPUT -p tcp -m tcp --dport 80 -j web
-A web -m comment --comment "a b" -j ACCEPT
COMMIT
`

test('restores what was saved, or nothing where a line is wrong', async () => {
  expect((await run('iptables-restore /rules', SAVED)).status).toBe(0)
  expect((await run('iptables-save -t filter')).stdout.replace(/^#.*\n/gm, '')).toBe(SAVED)
  expect(await run('iptables-restore /rules', '*filter\n-A INPUT -p tcp -j\nCOMMIT\n')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('option "-j" requires an argument\nError occurred at line: 2\n') as string,
  })
  expect((await run('iptables-save -t filter')).stdout.replace(/^#.*\n/gm, '')).toBe(SAVED)
  await run('iptables -E web site')
  expect((await run('iptables -S INPUT 1')).stdout).toBe('-A INPUT -p tcp -m tcp --dport 80 -j site\n')
})
