import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

const LIMIT_MS = 90_000
const BRIDGE = 'com.docker.network.bridge'

const LINES = `
create() { docker network create "$@" 2>&1 >/dev/null | cut -d: -f2; }
create -o ${BRIDGE}.enable_icc=false apart
create -o ${BRIDGE}.host_binding_ipv4=127.0.0.1 -o com.docker.network.driver.mtu=1400 -o com.docker.network.container_iface_prefix=net bound
create -o ${BRIDGE}.gateway_mode_ipv4=routed routed
create -o ${BRIDGE}.gateway_mode_ipv4=isolated alone
create -o ${BRIDGE}.gateway_mode_ipv4=bogus bogus
create -o ${BRIDGE}.enable_icc=perhaps perhaps
docker run -d -q --name one --network apart alpine sleep 1000 >/dev/null
docker run --rm --network apart alpine ping -q -c 1 -W 1 one | grep -o '[0-9]* packets received'
docker run -d -q --name two --network bound -p 5353:53/udp -p 80 alpine nc -u -l -p 53 >/dev/null
docker port two 53/udp
docker exec two ip -o link show net0 | grep -o 'mtu [0-9]*'
echo by proxy | nc -u -w 1 127.0.0.1 5353
docker logs two
docker run -d -q --name three --network routed -p 81:80 alpine sleep 1000 >/dev/null
docker inspect three -f '{{json .NetworkSettings.Ports}}'
iptables -t nat -S | grep -c 172.20
`

it(
  'heeds the options of bridge networks',
  () => {
    const { stdout } = spawnSync('node', ['apps/cli/bin/drydock.mjs', '-c', LINES], { encoding: 'utf8', input: '' })
    expect(stdout.split('\n')).toEqual([
      " gateway mode 'isolated' can only be used for an internal network",
      ` failed to parse ${BRIDGE}.gateway_mode_ipv4 value`,
      ` failed to parse ${BRIDGE}.enable_icc value`,
      '0 packets received',
      '127.0.0.1:5353',
      'mtu 1400',
      'by proxy',
      '{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":""}]}',
      '0',
      '',
    ])
  },
  LIMIT_MS,
)

const ROUTED = `
docker network create --subnet 10.91.0.0/24 --subnet 10.92.0.0/24 two 2>&1
docker network create -d ipvlan --subnet 192.168.214.0/24 --subnet 10.1.214.0/24 -o ipvlan_mode=l3 -o parent=eth0 ipnet > /dev/null
docker network inspect ipnet --format '{{json .IPAM.Config}}'
docker run -d -q --net ipnet --ip 192.168.214.10 --name one alpine sleep 1000 > /dev/null
docker run -d -q --net ipnet --ip 10.1.214.9 --name two alpine sleep 1000 > /dev/null
docker inspect two --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}/{{.IPPrefixLen}} {{.Gateway}}{{end}}'
docker exec one ping -q -c 1 -W 1 10.1.214.9 | grep -o '[0-9]* packets received'
docker network create -d ipvlan --subnet 10.1.214.0/25 other 2>&1
`

it(
  'lets networks on another wire have several subnets',
  () => {
    const { stdout } = spawnSync('node', ['apps/cli/bin/drydock.mjs', '-c', ROUTED], { encoding: 'utf8', input: '' })
    expect(stdout.split('\n')).toEqual([
      "Error response from daemon: bridge driver doesn't support multiple subnets",
      '[{"Subnet":"192.168.214.0/24","Gateway":"192.168.214.1"},{"Subnet":"10.1.214.0/24","Gateway":"10.1.214.1"}]',
      '10.1.214.9/24 10.1.214.1',
      '1 packets received',
      'Error response from daemon: Pool overlaps with other one on this address space',
      '',
    ])
  },
  LIMIT_MS,
)
