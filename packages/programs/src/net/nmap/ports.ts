/** What nmap calls the services of ports, where lessons meet them. nmap-services(5) */
const NAMES: ReadonlyMap<number, string> = new Map(
  `7 echo,9 discard,13 daytime,20 ftp-data,21 ftp,22 ssh,23 telnet,24 priv-mail,25 smtp,37 time,53 domain,69 tftp,79 finger,
80 http,81 hosts2-ns,88 kerberos-sec,110 pop3,111 rpcbind,113 ident,119 nntp,123 ntp,135 msrpc,139 netbios-ssn,143 imap,
161 snmp,179 bgp,389 ldap,443 https,445 microsoft-ds,465 smtps,500 isakmp,514 shell,515 printer,543 klogin,544 kshell,548 afp,
554 rtsp,587 submission,631 ipp,636 ldapssl,646 ldp,873 rsync,902 iss-realsecure,989 ftps-data,990 ftps,993 imaps,995 pop3s,
1080 socks,1194 openvpn,1433 ms-sql-s,1521 oracle,1723 pptp,1883 mqtt,1900 upnp,2000 cisco-sccp,2049 nfs,2121 ccproxy-ftp,
2181 eforward,2222 EtherNetIP-1,2375 docker,2376 docker,2377 swarm,2379 etcd-client,2380 etcd-server,3000 ppp,3128 squid-http,
3306 mysql,3389 ms-wbt-server,3690 svn,4000 remoteanything,4200 vrml-multi-use,4369 epmd,4444 krb524,5000 upnp,5001 commplex-link,
5060 sip,5201 targus-getdata1,5432 postgresql,5433 pyrrho,5555 freeciv,5601 esmagent,5672 amqp,5900 vnc,5984 couchdb,6000 X11,6379 redis,
6443 sun-sr-https,7000 afs3-fileserver,7001 afs3-callback,7070 realserver,8000 http-alt,8008 http,8009 ajp13,8080 http-proxy,
8081 blackice-icecap,8086 d-s-n,8088 radan-http,8089 unknown,8200 trivnet1,8443 https-alt,8500 fmtp,8888 sun-answerbook,
9000 cslistener,9042 unknown,9090 zeus-admin,9092 XmlIpcRegSvc,9093 copycat,9100 jetdirect,9200 wap-wsp,9300 vrace,9418 git,
9999 abyss,10000 snet-sensor-mgmt,11211 memcache,27017 mongod`
    .split(/,\s*/)
    .map((each): [number, string] => {
      const [port = '', name = ''] = each.trim().split(' ')
      return [Number(port), name]
    }),
)
export const serviceName = (port: number): string => NAMES.get(port) ?? 'unknown'

/** The most common first, as far as that is known here. */
const FIRST = [80, 23, 443, 21, 22, 25, 3389, 110, 445, 139, 143, 53, 135, 3306, 8080, 1723, 111, 995, 993, 5900]
const THOUSAND = 1000
const HIGHEST = 65535

/** The `count` most common ports: those with names, then the lowest. */
export function commonPorts(count = THOUSAND): number[] {
  const ordered = new Set([...FIRST, ...NAMES.keys()])
  for (let port = 1; ordered.size < Math.min(count, HIGHEST); port++) ordered.add(port)
  return [...ordered].slice(0, count).toSorted((a, b) => a - b)
}

/**
 * Ports of -p: `22,80`, `20-25`, `-` for all, `T:80`, `http`.
 * @returns undefined for what is none
 */
export function parsePorts(text: string): number[] | undefined {
  const found = new Set<number>()
  for (const part of text.split(',')) {
    const [, from, dash, to] = /^(?:[TUS]:)?(\d*)(-?)(\d*)$/.exec(part) ?? []
    const named = [...NAMES].find(([, name]) => name === part)
    if (named) found.add(named[0])
    else if (dash === undefined || (from === '' && dash === '')) return undefined
    else
      for (const port of range(
        from === '' ? 1 : Number(from),
        dash === '' ? Number(from) : to === '' ? HIGHEST : Number(to),
      ))
        found.add(port)
  }
  return [...found].every((port) => port <= HIGHEST) ? [...found].toSorted((a, b) => a - b) : undefined
}

const range = (from: number, to: number): number[] =>
  to > HIGHEST ? [HIGHEST + 1] : Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
