import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { beforeEach, expect, it } from 'vitest'
import { netPrograms } from '../index.ts'

let kernel: TestKernel
const run = async (line: string): Promise<string> => {
  const { stdout, stderr } = await kernel.run(
    [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain),
  )
  return stdout + stderr
}
beforeEach(async () => void (kernel = await bootTestKernel(netPrograms)))

/** What nftables 1.0.6 shows of rules that iptables-nft 1.8.9 has made. */
const RULES: readonly (readonly [iptables: string, nft: string])[] = [
  ['-s 1.2.3.4 -j RETURN', 'ip saddr 1.2.3.4 counter packets 0 bytes 0 return'],
  ['-p icmp --icmp-type 8 -j DROP', 'meta l4proto icmp icmp type echo-request counter packets 0 bytes 0 drop'],
  ['-p tcp --dport 82 -m comment --comment "hi there" -j REJECT', 'tcp dport 82  counter packets 0 bytes 0 reject'],
  ['-p tcp -j REJECT --reject-with tcp-reset', 'meta l4proto tcp counter packets 0 bytes 0 reject with tcp reset'],
  [
    '-s 10.0.0.0/8 -m limit --limit 5/min -j LOG --log-prefix "x: "',
    'ip saddr 10.0.0.0/8 limit rate 5/minute counter packets 0 bytes 0 log prefix "x: "',
  ],
  [
    '-m limit --limit 10/sec --limit-burst 20 -j ACCEPT',
    'limit rate 10/second burst 20 packets counter packets 0 bytes 0 accept',
  ],
  [
    '-m multiport -p tcp --dports 1,2,3:5 -j ACCEPT',
    'meta l4proto tcp tcp dport { 1, 2, 3-5 } counter packets 0 bytes 0 accept',
  ],
  [
    '-p tcp --dport 1:5 ! -s 1.2.3.0/24 -j ACCEPT',
    'ip saddr != 1.2.3.0/24 tcp dport 1-5 counter packets 0 bytes 0 accept',
  ],
  ['-p udp --sport 53 -j ACCEPT', 'udp sport 53 counter packets 0 bytes 0 accept'],
  ['-p udp', 'meta l4proto udp counter packets 0 bytes 0'],
  ['-m state --state NEW -j ACCEPT', 'ct state new counter packets 0 bytes 0 accept'],
  ['-m iprange --src-range 1.2.3.4-1.2.3.9 -j ACCEPT', 'ip saddr 1.2.3.4-1.2.3.9 counter packets 0 bytes 0 accept'],
  ['-p tcp --syn -j ACCEPT', 'tcp flags syn / fin,syn,rst,ack counter packets 0 bytes 0 accept'],
  [
    '-m statistic --mode random --probability 0.5 -j DROP',
    'meta random & 2147483647 < 1073741824 counter packets 0 bytes 0 drop',
  ],
]

it.each(RULES)('%s', async (rule, text) => {
  await run(`iptables -N C`)
  await run(`iptables -A C ${rule}`)
  expect(await run('nft list chain ip filter C')).toBe(`table ip filter {\n\tchain C {\n\t\t${text}\n\t}\n}\n`)
})

it('shows tables with the hooks of their chains', async () => {
  await run('iptables -P FORWARD DROP')
  await run('iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE')
  await run('iptables -t nat -A PREROUTING -p tcp --dport 8888 -j REDIRECT --to-ports 80')
  expect(await run('nft list ruleset')).toBe(`# Warning: table ip filter is managed by iptables-nft, do not touch!
table ip filter {
	chain FORWARD {
		type filter hook forward priority filter; policy drop;
	}
}
# Warning: table ip nat is managed by iptables-nft, do not touch!
table ip nat {
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		tcp dport 8888 counter packets 0 bytes 0 redirect to :80
	}

	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		oifname != "docker0" ip saddr 172.17.0.0/16 counter packets 0 bytes 0 masquerade
	}
}
`)
  expect(await run('nft list table ip nosuch')).toBe(
    'Error: No such file or directory\nlist table ip nosuch\n              ^^^^^^\n',
  )
})
