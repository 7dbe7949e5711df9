import { any, bool, list, map, number, type Shape, struct, text } from '../go-json/shape.ts'

const texts = list(text)
const pool = struct('ipamutils.NetworkToSplit', { base: text, size: number('int') })

const of = (shape: Shape, names: string): [string, Shape][] => names.split(' ').map((name) => [name, shape])

/** Directives of daemon.json. moby daemon/config.Config */
export const CONFIG_SHAPES: ReadonlyMap<string, Shape> = new Map([
  ...of(
    bool,
    'debug experimental icc init ip-forward ip-masq iptables ip6tables ipv6 live-restore no-new-privileges raw-logs selinux-enabled tls tlsverify userland-proxy allow-direct-routing bridge-accept-fwmark',
  ),
  ...of(
    texts,
    'hosts labels dns dns-opts dns-search insecure-registries registry-mirrors exec-opts storage-opts authorization-plugins cluster-store-opts node-generic-resources allow-nondistributable-artifacts cdi-spec-dirs',
  ),
  ...of(
    text,
    'data-root exec-root pidfile group log-driver log-level log-format bip bip6 bridge fixed-cidr fixed-cidr-v6 default-gateway default-gateway-v6 default-runtime storage-driver cgroup-parent containerd containerd-namespace default-cgroupns-mode default-ipc-mode userns-remap seccomp-profile swarm-default-advertise-addr tlscacert tlscert tlskey userland-proxy-path metrics-addr init-path ip http-proxy https-proxy no-proxy firewall-backend',
  ),
  ...of(
    number('int'),
    'shutdown-timeout max-concurrent-downloads max-concurrent-uploads max-download-attempts mtu network-control-plane-mtu network-diagnostic-port oom-score-adjust swarm-raft-heartbeat-tick swarm-raft-election-tick cpu-rt-period cpu-rt-runtime',
  ),
  ...of(
    any,
    'default-shm-size default-ulimits runtimes builder features proxies host-gateway-ip host-gateway-ips default-network-opts',
  ),
  ['log-opts', map(text)],
  ['default-address-pools', list(pool)],
])
