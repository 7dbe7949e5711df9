import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { beforeAll, expect, it } from 'vitest'
import { netPrograms } from './index.ts'

const programs = netPrograms.map((program) =>
  program.name.startsWith('busybox/') ? { ...program, paths: [`/busybox/${program.name.slice(8)}`] } : program,
)
const files = {
  '/etc/hosts': '127.0.0.1\tlocalhost\n',
  '/etc/resolv.conf': 'nameserver 127.0.0.1\noptions timeout:1\n',
}

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
  for (const line of [
    'ip link set lo up',
    'ip link add br0 type bridge',
    'ip addr add 10.0.0.1/24 dev br0',
    'ip addr add fd00:1::1/64 dev br0',
    'ip link set br0 up',
  ])
    expect((await run(line)).status).toBe(0)
})
const run = (line: string) => kernel.run(line.split(' '), { files })

/** Command line, what it prints on both streams, its status. */
it.each<[string, string | RegExp, number]>([
  [
    'ip addr show lo',
    `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
    inet6 ::1/128 scope host${' '}
       valid_lft forever preferred_lft forever
`,
    0,
  ],
  [
    'ip -6 addr show lo',
    `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN qlen 1000
    inet6 ::1/128 scope host${' '}
       valid_lft forever preferred_lft forever
`,
    0,
  ],
  ['ip -6 route', 'fd00:1::/64 dev br0 proto kernel metric 256 linkdown pref medium\n', 0],
  ['ip -6 route get ::1', 'local ::1 dev lo table local proto kernel src ::1 metric 0 pref medium\n', 0],
  ['ip -6 route add fd00:2::/64 via fd00:9::1', 'Error: Nexthop has invalid gateway.\n', 2],
  [
    'ping -c 1 ::1',
    /^PING ::1\(::1\) 56 data bytes\n64 bytes from ::1: icmp_seq=1 ttl=64 time=[\d.]+ ms\n\n--- ::1 ping statistics ---\n1 packets transmitted, 1 received, 0% packet loss/,
    0,
  ],
  ['ping -6 -c 1 127.0.0.1', 'ping: 127.0.0.1: Name or service not known\n', 2],
  ['ping -c 1 2001:db8::1', 'PING 2001:db8::1(2001:db8::1) 56 data bytes\nping: connect: Network is unreachable\n', 2],
  [
    'ip -o -4 a show br0',
    '2: br0    inet 10.0.0.1/24 brd 10.0.0.255 scope global br0\\       valid_lft forever preferred_lft forever\n',
    0,
  ],
  [
    'ip -br addr',
    'lo               UNKNOWN        127.0.0.1/8 ::1/128 \nbr0              DOWN           10.0.0.1/24 fd00:1::1/64 \n',
    0,
  ],
  ['ip route', '10.0.0.0/24 dev br0 proto kernel scope link src 10.0.0.1 linkdown \n', 0],
  ['ip route get 127.0.0.1', 'local 127.0.0.1 dev lo src 127.0.0.1 uid 0 \n    cache <local> \n', 0],
  ['ip link show nope', 'Device "nope" does not exist.\n', 1],
  ['ip link set nope up', 'Cannot find device "nope"\n', 1],
  ['ip foo', 'Object "foo" is unknown, try "ip help".\n', 1],
  ['ip addr foo', 'Command "foo" is unknown, try "ip address help".\n', 255],
  ['ip addr add 10.0.0.1/24 dev br0', 'Error: ipv4: Address already assigned.\n', 2],
  ['ip route del 1.2.3.0/24', 'RTNETLINK answers: No such process\n', 2],
  ['ip route add 1.2.3.0/24 via 9.9.9.9', 'Error: Nexthop has invalid gateway.\n', 2],
  ['busybox/ip addr show lo', /qdisc noqueue state UNKNOWN qlen 1000\n/, 0],
  ['ifconfig nope', 'nope: error fetching interface information: Device not found\n', 1],
  [
    'ifconfig lo',
    /^lo: flags=73<UP,LOOPBACK,RUNNING> {2}mtu 65536\n {8}inet 127\.0\.0\.1 {2}netmask 255\.0\.0\.0\n {8}inet6 ::1 {2}prefixlen 128 {2}scopeid 0x10<host>\n {8}loop {2}txqueuelen 1000 {2}\(Local Loopback\)\n/,
    0,
  ],
  ['route -n', /10\.0\.0\.0 {8}0\.0\.0\.0 {9}255\.255\.255\.0 {3}U {5}0 {6}0 {8}0 br0\n$/, 0],
  ['brctl show', /^bridge name\tbridge id\t\tSTP enabled\tinterfaces\nbr0\t\t8000\.[0-9a-f]{12}\tno\t\t\n$/, 0],
  [
    'ping -c 2 127.0.0.1',
    /^PING 127\.0\.0\.1 \(127\.0\.0\.1\) 56\(84\) bytes of data\.\n64 bytes from 127\.0\.0\.1: icmp_seq=1 ttl=64 time=0\.\d{3} ms\n64 bytes from .*icmp_seq=2.*\n\n--- 127\.0\.0\.1 ping statistics ---\n2 packets transmitted, 2 received, 0% packet loss, time 10\d\dms\nrtt min\/avg\/max\/mdev = [\d.]+\/[\d.]+\/[\d.]+\/[\d.]+ ms\n$/,
    0,
  ],
  ['ping -c 1 -W 1 10.0.0.9', /1 packets transmitted, 0 received, (\+1 errors, )?100% packet loss, time \d+ms/, 1],
  ['ping -c 1 8.8.8.8', 'PING 8.8.8.8 (8.8.8.8) 56(84) bytes of data.\nping: connect: Network is unreachable\n', 2],
  ['ping nope.invalid', 'ping: nope.invalid: Temporary failure in name resolution\n', 2],
  ['ping', 'ping: usage error: Destination address required\n', 1],
  [
    'busybox/ping -c 1 localhost',
    /^PING localhost \(127\.0\.0\.1\): 56 data bytes\n64 bytes from 127\.0\.0\.1: seq=0 ttl=64 time=/,
    0,
  ],
  ['busybox/ping nope.invalid', "ping: bad address 'nope.invalid'\n", 1],
  [
    'curl -sS localhost:81',
    /^curl: \(7\) Failed to connect to localhost port 81 after \d+ ms: Could not connect to server\n$/,
    7,
  ],
  ['curl -sS http://nope.invalid', 'curl: (6) Could not resolve host: nope.invalid\n', 6],
  [
    'curl --foo',
    "curl: option --foo: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
    2,
  ],
  [
    'curl -o',
    "curl: option -o: requires parameter\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
    2,
  ],
  ['curl', "curl: try 'curl --help' or 'curl --manual' for more information\n", 2],
  ['curl foo://x', 'curl: (1) Protocol "foo" not supported\n', 1],
  [
    'wget http://127.0.0.1:81/',
    /^--[\d-]+ [\d:]+-- {2}http:\/\/127\.0\.0\.1:81\/\nConnecting to 127\.0\.0\.1:81\.\.\. failed: Connection refused\.\n$/,
    4,
  ],
  ['wget', "wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n", 1],
  [
    'busybox/wget http://127.0.0.1:81/',
    "Connecting to 127.0.0.1:81 (127.0.0.1:81)\nwget: can't connect to remote host (127.0.0.1): Connection refused\n",
    1,
  ],
  ['dig +nosuch a.test', /^Invalid option: \+nosuch\nUsage: {2}dig /, 1],
  ['dig -z', /^Invalid option: -z\nUsage: {2}dig /, 1],
  ['nc localhost 81', '', 1],
  ['nc localhost', 'nc: missing port number\n', 1],
  ['nc -l', 'nc: missing port number\n', 1],
  ['nc localhost abc', 'nc: port number invalid: abc\n', 1],
  ['nc localhost 99999', 'nc: port number too large: 99999\n', 1],
  ['nc -zvn localhost 81', 'nc: getaddrinfo for host "localhost" port 81: Name or service not known\n', 1],
  ['wget -T x http://127.0.0.1:81/', 'wget: --timeout: Invalid time period ‘x’\n', 2],
  ['wget -O no/such http://127.0.0.1:81/', 'no/such: No such file or directory\n', 1],
  ['wget -i nosuch', 'nosuch: No such file or directory\nNo URLs found in nosuch.\n', 0],
  [
    'wget --nosuch',
    "wget: unrecognized option '--nosuch'\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n",
    2,
  ],
  ['nc -zv localhost 81', 'nc: connect to localhost (127.0.0.1) port 81 (tcp) failed: Connection refused\n', 1],
  ['busybox/telnet 127.0.0.1 9', "telnet: can't connect to remote host (127.0.0.1): Connection refused\n", 1],
  [
    'netstat -tln',
    'Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State      \n',
    0,
  ],
  ['ss -tln', 'State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n', 0],
  ['iptables -t nat -S', '-P PREROUTING ACCEPT\n-P INPUT ACCEPT\n-P OUTPUT ACCEPT\n-P POSTROUTING ACCEPT\n', 0],
  [
    'traceroute -n 127.0.0.1',
    /^traceroute to 127\.0\.0\.1 \(127\.0\.0\.1\), 30 hops max, 60 byte packets\n 1 {2}127\.0\.0\.1 {2}[\d.]+ ms {2}[\d.]+ ms {2}[\d.]+ ms\n$/,
    0,
  ],
])('%s', async (line, expected, status) => {
  const found = await run(line.startsWith('busybox/') ? `/${line}` : line)
  if (typeof expected === 'string') expect(found.stdout + found.stderr).toBe(expected)
  else expect(found.stdout + found.stderr).toMatch(expected)
  expect(found.status).toBe(status)
})

it('drops what iptables says, and lets it in again', async () => {
  const rule = 'INPUT -p icmp -s 127.0.0.1 -j DROP'
  await run(`iptables -A ${rule}`)
  expect((await run('iptables -L INPUT -n')).stdout).toContain(
    'DROP       1    --  127.0.0.1            0.0.0.0/0           \n',
  )
  expect((await run('ping -c 1 -W 1 127.0.0.1')).status).toBe(1)
  await run(`iptables -D ${rule}`)
  expect((await run('ping -c 1 127.0.0.1')).status).toBe(0)
})

it('drops what ip6tables says, and nothing of IPv4', async () => {
  const rule = 'INPUT -p ipv6-icmp -s ::1/128 -j REJECT'
  await run(`ip6tables -A ${rule}`)
  expect((await run('ip6tables -S INPUT')).stdout).toBe(
    '-P INPUT ACCEPT\n-A INPUT -s ::1/128 -p ipv6-icmp -j REJECT --reject-with icmp6-port-unreachable\n',
  )
  expect((await run('ip6tables -L INPUT -n')).stdout).toMatch(/REJECT {5}58 {3}-- {2}::1 +::\/0 +reject-with icmp6/)
  expect((await run('ping -c 1 -W 1 ::1')).status).toBe(1)
  expect((await run('ping -c 1 127.0.0.1')).status).toBe(0)
  await run(`ip6tables -D ${rule}`)
  expect((await run('ping -c 1 ::1')).status).toBe(0)
})

it('ping ends with its summary at ^C', async () => {
  const { output, status } = await kernel.runOnTerminal(['ping', '127.0.0.1'], {
    files,
    steps: [{ expect: 'icmp_seq=2', type: '\x03' }],
  })
  expect(output).toMatch(/--- 127\.0\.0\.1 ping statistics ---\r\n2 packets transmitted, 2 received, 0% packet loss/)
  expect(status).toBe(0)
})
