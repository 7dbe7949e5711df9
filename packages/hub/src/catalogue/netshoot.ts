import { toolsRepository } from './tools-image.ts'

/** The real one begins with zsh, which there is none of here. */

export const netshoot = toolsRepository({
  name: 'nicolaka/netshoot',
  description: 'a Docker + Kubernetes network trouble-shooting swiss-army container',
  stars: 900,
  created: '2025-05-12T10:21:08Z',
  release: '3.20',
  by: 'RUN /bin/sh -c set -ex     && apk update     && apk upgrade     && apk add --no-cache   apache2-utils   bash   bind-tools   bird   bridge-utils   busybox-extras   conntrack-tools   curl   dhcping   drill # buildkit',
  compressedBytes: 178_000_000,
  sizeBytes: 470_000_000,
  commands:
    'ab bash brctl bridge conntrack curl dig drill ethtool git host iftop ip ip6tables ip6tables-restore ip6tables-save iperf iperf3 iptables iptables-restore iptables-save jq mtr netstat nc nmap nslookup openssl ping socat ss ssh strace tc tcpdump telnet tracepath traceroute vim wget'.split(
      ' ',
    ),
  config: { WorkingDir: '/root', Cmd: ['bash'] },
})
