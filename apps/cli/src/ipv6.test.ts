import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'

const LIMIT_MS = 90_000

/** What the command prints. */
async function run(script: string): Promise<string> {
  const command = spawn('node', ['apps/cli/bin/drydock.mjs', '-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  command.stdout.on('data', (bytes) => (text += String(bytes)))
  await once(command, 'close')
  return text
}

const LINES = `
docker network create --ipv6 --subnet fd00:77::/64 six >/dev/null
docker run -d --name web --network six --ip6 fd00:77::99 -p 8080:80 nginx:alpine >/dev/null 2>&1
docker run -d --name four -p 8081:80 -p '[::1]:8082:80' nginx:alpine >/dev/null 2>&1
docker inspect web -f '{{with .NetworkSettings.Networks.six}}{{.GlobalIPv6Address}}/{{.GlobalIPv6PrefixLen}} {{.IPv6Gateway}}{{end}}'
docker network inspect six -f '{{range .Containers}}{{.IPv6Address}}{{end}}'
docker exec web tail -n 1 /etc/hosts | cut -f 1
docker exec four ip -o -6 addr | cut -d ' ' -f 2,7
docker port four 80
docker run --rm --network six alpine sh -c 'ping -6 -q -c 1 web | grep -o "[0-9]* packets received"; nslookup -type=aaaa web | grep fd00' 2>/dev/null
for at in '[::1]:8080' '[::1]:8081' '[::1]:8082' '[fd00:77::99]' 127.0.0.1:8081; do curl -s -o /dev/null -w '%{http_code} ' http://$at/; done
echo
ip6tables -t nat -S DOCKER
docker run --rm --network six --ip6 fd00:88::1 alpine true 2>&1 | head -n 1
`

it(
  'gives containers of networks with IPv6 addresses, names and ports of it',
  async () => {
    const stdout = await run(LINES)
    const [bridge = ''] = /br-[0-9a-f]{12}/.exec(stdout) ?? []
    expect(stdout.trimEnd().split('\n')).toEqual([
      'fd00:77::99/64 fd00:77::1',
      'fd00:77::99/64',
      'fd00:77::99',
      'lo ::1/128',
      '0.0.0.0:8081',
      '[::1]:8082',
      '[::]:8081',
      '1 packets received',
      'Address: fd00:77::99',
      '200 200 200 200 200 ',
      '-N DOCKER',
      `-A DOCKER -i ${bridge} -j RETURN`,
      `-A DOCKER ! -i ${bridge} -p tcp -m tcp --dport 8080 -j DNAT --to-destination [fd00:77::99]:80`,
      "docker: Error response from daemon: Invalid address fd00:88::1: It does not belong to any of this network's subnets",
    ])
  },
  LIMIT_MS,
)
