import type { Program } from '@drydock/abi'
import { brctl, busyboxBrctl } from './bridge-utils/brctl.ts'
import { curl } from './curl/curl.ts'
import { dig } from './dns/dig.ts'
import { host } from './dns/host.ts'
import { busyboxNslookup, nslookup } from './dns/nslookup.ts'
import { conntrack } from './conntrack/conntrack.ts'
import { ethtool } from './ethtool/ethtool.ts'
import { bridge } from './iproute2/bridge.ts'
import { busyboxIp, ip } from './iproute2/ip.ts'
import { ss } from './iproute2/ss.ts'
import { tc } from './iproute2/tc.ts'
import { arp, busyboxArp } from './net-tools/arp.ts'
import { busyboxIfconfig, ifconfig } from './net-tools/ifconfig.ts'
import { busyboxNetstat, netstat } from './net-tools/netstat.ts'
import { busyboxRoute, route } from './net-tools/route.ts'
import { iperf3 } from './iperf3/iperf3.ts'
import { mtr } from './mtr/mtr.ts'
import { lazyPrograms } from './lazy-programs.ts'
import { busyboxNc, nc } from './netcat/nc.ts'
import { nmap } from './nmap/nmap.ts'
import { ip6tables, iptables } from './netfilter/iptables.ts'
import { ip6tablesRestore, ip6tablesSave, iptablesRestore, iptablesSave } from './netfilter/save-restore.ts'
import { busyboxPing } from './ping/busybox-ping.ts'
import { ping } from './ping/iputils-ping.ts'
import { socat } from './socat/socat.ts'
import { sshPrograms } from './ssh/index.ts'
import { tcpdump } from './tcpdump/tcpdump.ts'
import { busyboxTelnet, telnet } from './telnet/telnet.ts'
import { tracepath } from './traceroute/tracepath.ts'
import { busyboxTraceroute, traceroute } from './traceroute/traceroute.ts'
import { busyboxWget } from './wget/busybox-wget.ts'
import { wget } from './wget/gnu-wget.ts'

/** Programs that speak with the network or tell about it. */
export const netPrograms: readonly Program[] = [
  ...[
    busyboxArp,
    busyboxBrctl,
    busyboxIfconfig,
    busyboxIp,
    busyboxNc,
    busyboxNetstat,
    busyboxNslookup,
    busyboxPing,
    busyboxRoute,
  ],
  ...lazyPrograms,
  ...[busyboxTelnet, busyboxTraceroute, busyboxWget],
  ...[
    arp,
    brctl,
    bridge,
    conntrack,
    curl,
    dig,
    ethtool,
    host,
    ifconfig,
    ip,
    iperf3,
    ip6tables,
    ip6tablesRestore,
    ip6tablesSave,
    iptables,
    iptablesRestore,
    iptablesSave,
    mtr,
    nc,
    nmap,
    socat,
    netstat,
    nslookup,
    ping,
    route,
    ss,
    tc,
    tcpdump,
    telnet,
    tracepath,
    traceroute,
    wget,
  ],
  ...sshPrograms,
]
