import { spawnSync } from 'node:child_process'
import { beforeAll, expect, it } from 'vitest'

const LIMIT_MS = 120_000
const MARK = '#####'

/** What is typed at one host, one after the other, and what must be seen. */
const STEPS: readonly (readonly [line: string, sees: RegExp])[] = [
  [
    // MariaDB's own image stands behind a blog and the page over databases.
    `docker network create n > /dev/null
docker run -d --name db --network n -e MARIADB_ROOT_PASSWORD=pw -e MARIADB_DATABASE=wordpress -e MARIADB_USER=wp -e MARIADB_PASSWORD=wp mariadb:10-focal
docker run -d --name blog --network n -p 8000:80 -e WORDPRESS_DB_HOST=db -e WORDPRESS_DB_USER=wp -e WORDPRESS_DB_PASSWORD=wp wordpress
docker run -d --name adm --network n -p 8081:8080 adminer
docker run -d --name pma --network n -p 8084:80 -e PMA_HOST=db phpmyadmin
until docker exec db mariadb -h127.0.0.1 -uwp -pwp wordpress -e 'select version()' 2> /dev/null | grep MariaDB; do sleep 0.2; done`,
    /\d-MariaDB/,
  ],
  ['curl -s -w "%{http_code} %{redirect_url}" localhost:8000', /302 http:\/\/localhost:8000\/wp-admin\/install\.php/],
  [
    'curl -s -d weblog_title=Blog -d user_name=admin -d admin_password=secret localhost:8000/wp-admin/install.php',
    /<h1>Success!<\/h1>/,
  ],
  ['curl -s -c jar -d log=admin -d pwd=wrong localhost:8000/wp-login.php', /password you entered is incorrect/],
  [
    `curl -s -c jar -d log=admin -d pwd=secret localhost:8000/wp-login.php
curl -s -b jar --data-urlencode "post_title=It's \\"me\\"" -d content=text localhost:8000/wp-admin/post-new.php; curl -s localhost:8000`,
    /It&#39;s &#34;me&#34;.*Hello world!/s,
  ],
  ['curl -s -d driver=mysql -d server=db -d username=wp -d password=no localhost:8081/login', /Access denied for user/],
  [
    `curl -s -c jar4 -d user=wp -d password=wp localhost:8084/login
curl -s -b jar4 'localhost:8084/index.php?db=wordpress&table=wp_posts'; docker rm -f pma > /dev/null`,
    /Table: wp_posts.*<td>Hello world!<\/td>/s,
  ],
  [
    `curl -s -c jar2 -d driver=mysql -d server=db -d username=wp -d password=wp -d db=wordpress localhost:8081/login
curl -s -b jar2 'localhost:8081/?db=wordpress&select=wp_posts'; docker rm -f blog adm db > /dev/null`,
    /<th>post_title<\/th>.*<td>Hello world!<\/td>/s,
  ],
  [
    `docker run -d --name mongo --network n mongo; docker run -d --name express --network n -p 8085:8081 mongo-express
until curl -sf -o /dev/null localhost:8085; do sleep 0.2; done
curl -s -d database=shop localhost:8085; curl -s --data-urlencode 'document={"name":"<Ann>"}' localhost:8085/db/shop/users/
curl -s -G --data-urlencode 'query={"name":"<Ann>"}' localhost:8085/db/shop/users/
curl -s -G --data-urlencode 'query={"name":{"$no":1}}' localhost:8085/db/shop/users/; docker rm -f express mongo > /dev/null`,
    /1 document<.*<td>&#60;Ann&#62;<\/td>.*unknown operator: \$no/s,
  ],
  [
    `docker run -d --name boxes -p 8082:8080 -v /var/run/docker.sock:/var/run/docker.sock dockersamples/visualizer
until curl -sf localhost:8082/apis/state; do sleep 0.1; done`,
    /"tasks":\[\{"service":"boxes","slot":0,"image":"dockersamples\/visualizer"/,
  ],
  [
    `docker run -d --name board -p 9000:9000 -v /var/run/docker.sock:/var/run/docker.sock portainer/portainer-ce
until curl -sf localhost:9000; do sleep 0.1; done; curl -s -d user=admin -d password=short -d again=short localhost:9000/login`,
    /Create the initial administrator user.*must be at least 12 characters/s,
  ],
  [
    `curl -s -c jar3 -d user=admin -d password=longenough12 -d again=longenough12 localhost:9000/login
curl -s -b jar3 -X POST localhost:9000/act/containers/boxes/stop; docker ps -a --format '{{.Names}} {{.State}}'`,
    /^boxes exited$/m,
  ],
  [
    `docker run -d --name prom --network n -p 9090:9090 prom/prometheus
until curl -s 'localhost:9090/api/v1/query?query=up' | grep '"1"'; do sleep 0.1; done
curl -s localhost:9090/api/v1/query --data-urlencode 'query=sum by (job) (up) * 2'; curl -s 'localhost:9090/api/v1/query?query=nope('`,
    /"metric":\{"job":"prometheus"\},"value":\[[\d.]+,"2"\].*unknown function with name \\"nope\\"/s,
  ],
  [
    `docker run -d --name graf --network n -p 3000:3000 grafana/grafana
until curl -sf localhost:3000/api/health; do sleep 0.1; done
curl -s -u admin:admin -H 'Content-Type: application/json' -d '{"name":"P","type":"prometheus","url":"http://prom:9090"}' localhost:3000/api/datasources
curl -s -u admin:admin localhost:3000/d/overview`,
    /Datasource added.*Targets up<\/h2>.*<b>1<\/b>.*<polyline/s,
  ],
]

let seen: readonly string[] = []

beforeAll(() => {
  const script = STEPS.map(([line]) => `{ ${line}\n} 2>&1; echo; echo '${MARK}'`).join('\n')
  const { stdout } = spawnSync('node', ['apps/cli/bin/drydock.mjs', '-c', script], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
  })
  seen = stdout.split(`${MARK}\n`)
}, LIMIT_MS)

it.each(STEPS.map(([line, sees], index) => ({ line, sees, index })))('$line', ({ sees, index }) => {
  expect(seen[index]).toMatch(sees)
})
