/** Packages that the playground can install, since their programs exist here. Sizes in KiB. */
export interface PackageRow {
  readonly name: string
  /** Other distributions' names for the same. */
  readonly aliases?: readonly string[]
  readonly version: string
  readonly sizeKib: number
  readonly downloadKib: number
  readonly summary: string
  /** Path -> the program that its stub names. */
  readonly files: readonly (readonly [path: string, program: string])[]
}

const row = (
  name: string,
  version: string,
  sizeKib: number,
  downloadKib: number,
  summary: string,
  files: readonly (readonly [string, string])[],
  aliases: readonly string[] = [],
): PackageRow => ({ name, version, sizeKib, downloadKib, summary, files, aliases })

export const CATALOGUE: readonly PackageRow[] = [
  row('bash', '5.2.37', 7163, 1500, 'The GNU Bourne Again shell', [['/bin/bash', 'shell/bash']]),
  row('bc', '1.07.1', 223, 110, 'GNU bc arbitrary precision calculator language', [['/usr/bin/bc', 'bc/bc']]),
  row('bridge-utils', '1.7.1', 119, 39, 'Utilities for configuring the Linux Ethernet bridge', [
    ['/usr/sbin/brctl', 'bridge-utils/brctl'],
  ]),
  row('coreutils', '9.7', 18304, 3000, 'GNU core utilities', [['/usr/bin/seq', 'coreutils/seq']]),
  row('curl', '8.14.1', 507, 270, 'command line tool for transferring data with URL syntax', [
    ['/usr/bin/curl', 'curl/curl'],
  ]),
  row(
    'bind-tools',
    '9.20.11',
    720,
    340,
    'Clients provided with BIND 9',
    [
      ['/usr/bin/dig', 'bind/dig'],
      ['/usr/bin/host', 'bind/host'],
      ['/usr/bin/nslookup', 'bind/nslookup'],
    ],
    ['dnsutils', 'bind9-dnsutils', 'bind-utils', 'bind9-host'],
  ),
  row('diffutils', '3.10', 1763, 380, 'File comparison utilities', [
    ['/usr/bin/diff', 'diffutils/diff'],
    ['/usr/bin/cmp', 'diffutils/cmp'],
  ]),
  row(
    'gawk',
    '5.2.1',
    2919,
    674,
    'GNU awk, a pattern scanning and processing language',
    [['/usr/bin/gawk', 'mawk/awk']],
    ['mawk'],
  ),
  row('grep', '3.11', 1093, 380, 'GNU grep, egrep and fgrep', [['/usr/bin/grep', 'grep/grep']]),
  row(
    'iproute2',
    '6.15.0',
    3741,
    1100,
    'networking and traffic control tools',
    [
      ['/usr/sbin/ip', 'iproute2/ip'],
      ['/usr/bin/ss', 'iproute2/ss'],
    ],
    ['iproute'],
  ),
  row('iptables', '1.8.11', 2414, 363, 'administration tools for packet filtering and NAT', [
    ['/usr/sbin/iptables', 'iptables/iptables'],
  ]),
  row(
    'iputils-ping',
    '20240905',
    123,
    48,
    'Tools to test the reachability of network hosts',
    [['/usr/bin/ping', 'iputils/ping']],
    ['iputils', 'ping', 'inetutils-ping'],
  ),
  row('jq', '1.7.1', 108, 78, 'lightweight and flexible command-line JSON processor', [['/usr/bin/jq', 'jq/jq']]),
  row('less', '668', 340, 160, 'pager program similar to more', [['/usr/bin/less', 'less/less']]),
  row('nano', '8.4', 2900, 700, 'small, friendly text editor inspired by Pico', [['/usr/bin/nano', 'nano/nano']]),
  row('net-tools', '2.10', 1024, 243, 'NET-3 networking toolkit', [
    ['/usr/sbin/ifconfig', 'net-tools/ifconfig'],
    ['/usr/bin/netstat', 'net-tools/netstat'],
    ['/usr/sbin/route', 'net-tools/route'],
    ['/usr/sbin/arp', 'net-tools/arp'],
  ]),
  row('nginx', '1.26.3', 1570, 610, 'small, powerful, scalable web/proxy server', [['/usr/sbin/nginx', 'nginx/nginx']]),
  row(
    'procps',
    '4.0.4',
    2412,
    880,
    '/proc file system utilities',
    [
      ['/usr/bin/ps', 'procps/ps'],
      ['/usr/bin/top', 'procps/top'],
      ['/usr/bin/free', 'procps/free'],
      ['/usr/bin/pgrep', 'procps/pgrep'],
      ['/usr/bin/pkill', 'procps/pkill'],
      ['/usr/bin/uptime', 'procps/uptime'],
      ['/usr/bin/watch', 'procps/watch'],
      ['/usr/bin/vmstat', 'procps/vmstat'],
    ],
    ['procps-ng'],
  ),
  row('sed', '4.9', 987, 330, 'GNU stream editor', [['/usr/bin/sed', 'sed/sed']]),
  row('sudo', '1.9.16', 6290, 2090, 'Provide limited super user privileges to specific users', [
    ['/usr/bin/sudo', 'sudo/sudo'],
  ]),
  row('tar', '1.35', 3136, 815, 'GNU version of the tar archiving utility', [['/usr/bin/tar', 'tar/tar']]),
  row('tree', '2.2.1', 118, 55, 'displays an indented directory tree, in color', [['/usr/bin/tree', 'tree/tree']]),
  row(
    'vim',
    '9.1.1230',
    3900,
    1700,
    'Vi IMproved - enhanced vi editor',
    [
      ['/usr/bin/vim', 'vim/vim'],
      ['/usr/bin/vi', 'vim/vim'],
    ],
    ['vim-tiny', 'vim-enhanced', 'vim-minimal'],
  ),
  row('wget', '1.25.0', 3690, 980, 'retrieves files from the web', [['/usr/bin/wget', 'wget/wget']]),
  row('xxd', '9.1.1230', 100, 70, 'tool to make (or reverse) a hex dump', [['/usr/bin/xxd', 'xxd/xxd']]),
]

/** @param text a package's name, perhaps with `=version` or `:amd64` behind it */
export function findPackage(text: string): PackageRow | undefined {
  const name = text.replace(/[=~<>@:].*$/, '')
  return CATALOGUE.find((each) => each.name === name || each.aliases?.includes(name))
}
