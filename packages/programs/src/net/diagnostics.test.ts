import { AF_INET, SOCK_STREAM } from '@drydock/abi'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programs } from '../index.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
  for (const line of [
    'ip link set lo up',
    'ip link add br0 type bridge',
    'ip addr add 10.0.0.1/24 dev br0',
    'ip link set br0 up',
    'ip link add one type veth peer name two',
    'ip link set one master br0',
    'ip link set one up',
    'ip link set two up',
    'ip addr add 10.0.0.2/24 dev two',
    'iptables -t nat -A OUTPUT -p tcp -d 10.0.0.1 --dport 80 -j DNAT --to-destination 127.0.0.1:81',
  ])
    expect(await run(line)).toMatchObject({ status: 0 })
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})
const run = (line: string) => kernel.run(line.split(' '), { files: { '/etc/hosts': '127.0.0.1\tlocalhost\n' } })

test('conntrack lists what netfilter follows, as /proc/net/nf_conntrack does', async () => {
  await run('ping -c 1 127.0.0.1')
  await run('nc -w 1 10.0.0.1 80')
  const { stdout, stderr } = await run('conntrack -L')
  expect(stderr).toMatch(/^conntrack v1\.4\.7 \(conntrack-tools\): \d+ flow entries have been shown\.\n$/)
  const icmp =
    /^icmp {5}1 (\d+) src=127\.0\.0\.1 dst=127\.0\.0\.1 type=8 code=0 id=(\d+) (?:\[UNREPLIED\] )?src=127\.0\.0\.1 dst=127\.0\.0\.1 type=0 code=0 id=\2 mark=0 use=1$/m
  expect(stdout).toMatch(icmp)
  const natted = (await run('conntrack -L -p tcp -g')).stdout
  expect(natted).toMatch(
    /^tcp {6}6 \d+ \w+ src=\S+ dst=10\.0\.0\.1 sport=\d+ dport=80 (\[UNREPLIED\] )?src=127\.0\.0\.1 dst=\S+ sport=81 dport=\d+ .*mark=0 use=1\n$/,
  )
  expect((await run('conntrack -L -p tcp --dport 443')).stdout).toBe('')
  expect((await run('conntrack -C')).stdout).toBe(`${stdout.split('\n').length - 1}\n`)
  const proc = (await run('cat /proc/net/nf_conntrack')).stdout
  expect(proc).toMatch(/^ipv4 {5}2 icmp {5}1 \d+ src=127\.0\.0\.1 .* mark=0 zone=0 use=2$/m)
  expect(proc).toMatch(/^ipv4 {5}2 tcp {6}6 \d+ \w+ src=\S+ dst=10\.0\.0\.1 /m)
})

test('bridge shows ports and the addresses behind them', async () => {
  const link = (await run('bridge link')).stdout
  expect(link).toMatch(
    /^\d+: one@two: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master br0 state forwarding priority 32 cost 2 \n$/,
  )
  const fdb = (await run('bridge fdb show br br0')).stdout
  expect(fdb).toMatch(/^(\w\w:){5}\w\w dev one permanent$/m)
  expect((await run('bridge fdb show dev one')).stdout).toContain(' dev one master br0 permanent\n')
  expect((await run('bridge nothing')).status).toBe(255)
})

test('ss tells what a connection knows of itself, and ends it', async () => {
  const { sys } = kernel
  const listener = sys.socket(AF_INET, SOCK_STREAM)
  sys.bind(listener, { family: AF_INET, address: '127.0.0.1', port: 8080 })
  sys.listen(listener)
  const client = sys.socket(AF_INET, SOCK_STREAM)
  const connected = sys.connect(client, { family: AF_INET, address: '127.0.0.1', port: 8080 })
  const { fd } = await sys.accept(listener)
  await connected
  await sys.write(client, new TextEncoder().encode('hello'))
  const info = (await run('ss -tni sport = :8080')).stdout
  expect(info).toMatch(
    /^ESTAB +5 +0 +127\.0\.0\.1:8080 +127\.0\.0\.1:\d+ *\n\t rto:\d+ .*mss:\d+ pmtu:65535 .*bytes_received:5 /m,
  )
  expect((await run('ss -tnmO dport = :8080')).stdout).toMatch(
    /:8080 + skmem:\(r0,rb131072,t0,tb\d+,f0,w0,o0,bl0,d0\)\n$/,
  )
  expect((await run('ss -A tcp -ln')).stdout).toContain('127.0.0.1:8080')
  expect((await run('ss -A bogus')).stderr).toBe('ss: "bogus" is illegal value for socket type.\n')
  expect((await run('netstat -tno')).stdout).toMatch(/ESTABLISHED off \(0\.00\/0\/0\)\n/)
  expect((await run('netstat -tlne')).stdout).toMatch(
    /State       User       Inode     \n(.*\n)*.* LISTEN      0          \d+ +\n/,
  )
  expect((await run('ss -tK dport = 8080')).stdout).toMatch(/^ESTAB .*:8080/m)
  expect((await run('ss -tn')).stdout.split('\n')).toHaveLength(2)
  for (const each of [fd, client, listener]) sys.close(each)
})

test('arping asks a neighbour, as iputils 20221126 does; namespaces have numbers where links lead to them', async () => {
  for (const line of [
    'ip link add vea type veth peer name veb',
    'ip netns add n1',
    'ip link set veb netns n1',
    'ip addr add 10.3.0.1/24 dev vea',
    'ip link set vea up',
    'ip -n n1 addr add 10.3.0.2/24 dev veb',
    'ip -n n1 link set veb up',
  ])
    expect(await run(line)).toMatchObject({ status: 0 })
  const answered = await run('arping -c 2 -I vea 10.3.0.2')
  expect(answered.stdout).toMatch(
    /^ARPING 10\.3\.0\.2 from 10\.3\.0\.1 vea\n(Unicast reply from 10\.3\.0\.2 \[([0-9A-F]{2}:){5}[0-9A-F]{2}\]  [\d.]+ms\n){2}Sent 2 probes \(1 broadcast\(s\)\)\nReceived 2 response\(s\)\n$/,
  )
  expect(await run('arping -c 1 -w 1 10.3.0.9')).toMatchObject({
    stdout: 'ARPING 10.3.0.9 from 10.3.0.1 vea\nSent 1 probes (1 broadcast(s))\nReceived 0 response(s)\n',
    status: 1,
  })
  expect((await run('arping -D -I vea 10.3.0.2')).status).toBe(1)
  expect((await run('arping -c 1 -I lo 127.0.0.1')).stderr).toBe('Interface "lo" is not ARPable\n')
  expect((await run('ip netns')).stdout).toBe('n1 (id: 0)\n')
  expect((await run('ip link show vea')).stdout).toContain(' link-netns n1\n')
  expect((await run('ip netns set n1 7')).stderr).toContain('Error: Peer netns already has a nsid assigned.')
  expect((await run('whois -h 127.0.0.1 example.com')).stderr).toBe('connect: Connection refused\n')
})

test('a vxlan has hosts behind it, and a link an alias', async () => {
  for (const line of [
    'ip link add vx0 type vxlan id 42 remote 10.0.0.9 dstport 4789 dev br0',
    'bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.10',
    'ip link set vx0 alias wire',
  ])
    expect(await run(line)).toMatchObject({ status: 0 })
  const shown = (await run('ip -d link show vx0')).stdout
  expect(shown).toContain('\n    vxlan id 42 remote 10.0.0.9 ')
  expect(shown).toMatch(/\n {4}alias wire\n$/)
  expect((await run('bridge fdb show dev vx0')).stdout).toBe(
    '00:00:00:00:00:00 dev vx0 dst 10.0.0.9 self permanent\n00:00:00:00:00:00 dev vx0 dst 10.0.0.10 self permanent\n',
  )
  await run('bridge fdb del 00:00:00:00:00:00 dev vx0 dst 10.0.0.9')
  expect((await run('bridge fdb show dev vx0')).stdout).toBe('00:00:00:00:00:00 dev vx0 dst 10.0.0.10 self permanent\n')
  expect((await run('ip link add vx1 type vxlan')).status).toBe(255)
})

const TC: readonly (readonly [string, string, number])[] = [
  ['delay 100ms 10ms 25% distribution normal', 'limit 1000 delay 100ms  10ms 25%', 0],
  ['loss 5% 25% duplicate 1% corrupt 0.1%', 'limit 1000 loss 5% 25% duplicate 1% corrupt 0.1%', 0],
  ['delay 10ms reorder 25% 50%', 'limit 1000 delay 10ms reorder 25% 50% gap 1', 0],
  ['rate 1mbit limit 50', 'limit 50 rate 1Mbit', 0],
  ['reorder 25%', 'reordering not possible without specifying some delay', 1],
  ['frob', 'What is "frob"?', 1],
]

test.each(TC)('tc qdisc … netem %s', async (words, shown, status) => {
  const done = await run(`tc qdisc replace dev one root netem ${words}`)
  expect(done.status).toBe(status)
  if (status === 0) expect((await run('tc qdisc show dev one')).stdout).toContain(`root refcnt 2 ${shown} \n`)
  else expect(done.stderr).toContain(`${shown}\n`)
  await run('tc qdisc del dev one root')
})

test('ethtool says what the driver would', async () => {
  expect((await run('ethtool one')).stdout).toMatch(
    /^Settings for one:\n\tSupported ports: \[ {2}\]\n[^]*\tSpeed: 10000Mb\/s\n\tDuplex: Full\n[^]*\tLink detected: yes\n$/,
  )
  expect((await run('ethtool -i one')).stdout).toMatch(/^driver: veth\nversion: 1\.0\n/)
  const peer = /^(\d+): two@/m.exec((await run('ip link')).stdout)?.[1]
  expect((await run('ethtool -S one')).stdout).toContain(`NIC statistics:\n     peer_ifindex: ${peer}\n`)
  expect((await run('ethtool lo')).stdout).toBe('Settings for lo:\n\tLink detected: yes\n')
  expect(await run('ethtool nope')).toMatchObject({ stderr: 'netlink error: No such device\n', status: 1 })
})

test('mtr and tracepath come to the end of the path', async () => {
  const { stdout } = await run('mtr -r -n -c 3 127.0.0.1')
  expect(stdout).toMatch(
    /^Start: \d{4}-\d\d-\d\dT[\d:]+\+0000\nHOST: test {24}Loss% {3}Snt {3}Last {3}Avg {2}Best {2}Wrst StDev\n {2}1\.\|-- 127\.0\.0\.1 +0\.0% {5}3 +\d+\.\d +\d+\.\d +\d+\.\d +\d+\.\d +\d+\.\d\n$/,
  )
  expect(JSON.parse((await run('mtr -j -n -c 1 127.0.0.1')).stdout).report.hubs).toMatchObject([
    { count: 1, 'Loss%': 0, Snt: 1 },
  ])
  expect((await run('tracepath -n 127.0.0.1')).stdout).toMatch(
    /^ 1\?: \[LOCALHOST\] {22}pmtu 1500\n 1: {2}127\.0\.0\.1 +\d+\.\d{3}ms reached\n {5}Resume: pmtu 1500 hops 1 back 1 \n$/,
  )
})
