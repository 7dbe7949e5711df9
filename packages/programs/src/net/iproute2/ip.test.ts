import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { netPrograms } from '../index.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(netPrograms)
})
afterAll(() => kernel.shutdown())

/** [command line, standard output, standard error, status]: in turn, as iproute2 6.1 answered the same lines. */
const ROWS: readonly (readonly [string, string | RegExp, string, number])[] = [
  ['ip netns', '', '', 0],
  ['ip netns add', '', 'No netns name specified\n', 1],
  ['ip netns add a/b', '', 'Invalid netns name "a/b"\n', 255],
  ['ip netns foo', '', 'Command "foo" is unknown, try "ip netns help".\n', 255],
  ['ip netns exec nosuch true', '', 'Cannot open network namespace "nosuch": No such file or directory\n', 255],
  ['ip netns del nosuch', '', 'Cannot remove namespace file "/run/netns/nosuch": No such file or directory\n', 1],
  ['ip netns add red', '', '', 0],
  ['ip netns add red', '', 'Cannot create namespace file "/run/netns/red": File exists\n', 1],
  ['ip netns list', 'red\n', '', 0],
  ['ip netns exec red', '', 'No command specified\n', 1],
  ['ip netns exec red nocmd', '', 'exec of "nocmd" failed: No such file or directory\n', 1],
  ['ip netns exec red ip -br link', 'lo               DOWN           00:00:00:00:00:00 <LOOPBACK> \n', '', 0],
  ['ip netns exec red ip netns identify', 'red\n', '', 0],
  ['ip netns identify', '', '', 0],
  ['ip link add v0 type veth peer name v1', '', '', 0],
  ['ip link set v1 netns red', '', '', 0],
  ['ip addr add 10.0.0.1/24 dev v0', '', '', 0],
  ['ip link set v0 up', '', '', 0],
  ['ip netns exec red ip addr add 10.0.0.2/24 dev v1', '', '', 0],
  ['ip -n red link set v1 up', '', '', 0],
  ['ip -n nosuch link', '', 'Cannot open network namespace "nosuch": No such file or directory\n', 255],
  [
    'ip -n red -j -br addr show v1',
    /^\[\{"link_index":2,"ifname":"v1","operstate":"UP","addr_info":\[\{"local":"10\.0\.0\.2","prefixlen":24\},\{"local":"fe80::[0-9a-f:]+","prefixlen":64\}\]\}\]\n$/,
    '',
    0,
  ],
  ['ip netns exec red ping -c 1 10.0.0.1', /1 packets transmitted, 1 received/, '', 0],
  [
    'ip -j route',
    '[{"dst":"10.0.0.0/24","dev":"v0","protocol":"kernel","scope":"link","prefsrc":"10.0.0.1","flags":[]}]\n',
    '',
    0,
  ],
  ['ip link set lo up', '', '', 0],
  [
    'ip -j addr show lo',
    '[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"qdisc":"noqueue","operstate":"UNKNOWN","group":"default","txqlen":1000,"link_type":"loopback","address":"00:00:00:00:00:00","broadcast":"00:00:00:00:00:00","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo","valid_life_time":4294967295,"preferred_life_time":4294967295},{"family":"inet6","local":"::1","prefixlen":128,"scope":"host","valid_life_time":4294967295,"preferred_life_time":4294967295}]}]\n',
    '',
    0,
  ],
  [
    'ip route show table local',
    'local 10.0.0.1 dev v0 proto kernel scope host src 10.0.0.1 \nbroadcast 10.0.0.255 dev v0 proto kernel scope link src 10.0.0.1 \nlocal 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 \nlocal 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 \nbroadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1 \n',
    '',
    0,
  ],
  ['ip -d route', 'unicast 10.0.0.0/24 dev v0 proto kernel scope link src 10.0.0.1 \n', '', 0],
  [
    'ip -j route get 10.0.0.9',
    '[{"dst":"10.0.0.9","dev":"v0","prefsrc":"10.0.0.1","flags":[],"uid":0,"cache":[]}]\n',
    '',
    0,
  ],
  ['ip -br addr show to 10/8', /^v0@if\d+ +UP +10\.0\.0\.1\/24 .*\n$/, '', 0],
  [
    'ip -o -d link show lo',
    '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00 promiscuity 0  allmulti 0 minmtu 0 maxmtu 0 addrgenmode eui64 numtxqueues 1 numrxqueues 1 gso_max_size 65536 gso_max_segs 65535 tso_max_size 524280 tso_max_segs 65535 gro_max_size 65536 \n',
    '',
    0,
  ],
  [
    'ip -j rule',
    '[{"priority":0,"src":"all","table":"local"},{"priority":32766,"src":"all","table":"main"},{"priority":32767,"src":"all","table":"default"}]\n',
    '',
    0,
  ],
  [
    'ip -br -c=always addr show lo',
    '\x1b[36mlo               \x1b[0mUNKNOWN        \x1b[35m127.0.0.1\x1b[0m/8 \x1b[34m::1\x1b[0m/128 \n',
    '',
    0,
  ],
  ['ip -b /tmp/nosuch', '', 'Cannot open file "/tmp/nosuch" for reading: No such file or directory\n', 1],
  ['ip monitor nosuch', '', 'Argument "nosuch" is unknown, try "ip monitor help".\n', 255],
  ['arp -s 10.0.0.9 02:42:ac:11:00:63', '', '', 0],
  [
    'arp -n 10.0.0.9',
    'Address                  HWtype  HWaddress           Flags Mask            Iface\n10.0.0.9                 ether   02:42:ac:11:00:63   CM                    v0\n',
    '',
    0,
  ],
  ['arp -a 10.0.0.9', '? (10.0.0.9) at 02:42:ac:11:00:63 [ether] PERM on v0\n', '', 0],
  ['arp -d 10.0.0.9', '', '', 0],
  ['arp -d 10.0.0.9', '', 'No ARP entry for 10.0.0.9\n', 255],
  ['arp -s 9.9.9.9 02:42:ac:11:00:63', '', 'SIOCSARP: Network is unreachable\n', 255],
  ['arp -s 10.0.0.9', '', 'arp: need hardware address\n', 1],
  [
    'ip -j link show lo',
    /"operstate":"UNKNOWN","linkmode":"DEFAULT","group":"default","txqlen":1000,"link_type":"loopback","address":"00:00:00:00:00:00","broadcast":"00:00:00:00:00:00"\}\]\n$/,
    '',
    0,
  ],
  [
    'ip -j -p addr show lo',
    /^\[ \{\n {8}"ifindex": 1,\n {8}"ifname": "lo",\n {8}"flags": \[ "LOOPBACK","UP","LOWER_UP" \],\n[^]*\n {8}"addr_info": \[ \{\n {16}"family": "inet",\n[^]*: 4294967295\n {12}\} \]\n {4}\} \]\n$/,
    '',
    0,
  ],
  ['ip netns del red', '', '', 0],
  ['ip netns', '', '', 0],
]

it.each(ROWS)('%s', async (line, stdout, stderr, status) => {
  const result = await kernel.run(line.split(' '))
  expect(result.stderr).toBe(stderr)
  if (typeof stdout === 'string') expect(result.stdout).toBe(stdout)
  else expect(result.stdout).toMatch(stdout)
  expect(result.status).toBe(status)
  expect(kernel.oopses()).toEqual([])
})

it('runs the lines of a file until one fails', async () => {
  const { stdout, stderr, status } = await kernel.run(['ip', '-br', '-batch', '-'], {
    stdin: '# first\n\nlink show lo\nfoo bar\nlink show lo\n',
  })
  expect(stdout).toBe('lo               UNKNOWN        00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP> \n')
  expect(stderr).toBe('Object "foo" is unknown, try "ip help".\nCommand failed -:4\n')
  expect(status).toBe(1)
})
