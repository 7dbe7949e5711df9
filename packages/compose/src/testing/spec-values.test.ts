import { describe, expect, it } from 'vitest'
import { loadSpec, partOf, flush, type SpecFiles, type SpecSettings } from './spec-harness.ts'

/** Short forms and the long forms that they mean. Rows: what, service `web` in the file, place below it, as printed. */
type Row = readonly [title: string, service: string, place: string, expected: string]

const web = (body: string): string => `services:\n  web:\n    image: nginx\n${flush(body).replace(/^/gm, '    ')}`

const FORMS: readonly Row[] = [
  ['a port alone', 'ports: ["80"]', 'ports', '- mode: ingress\n  target: 80\n  protocol: tcp\n'],
  ['a port as a number', 'ports: [80]', 'ports', '- mode: ingress\n  target: 80\n  protocol: tcp\n'],
  [
    'host and container',
    'ports: ["8080:80"]',
    'ports',
    '- mode: ingress\n  target: 80\n  published: "8080"\n  protocol: tcp\n',
  ],
  [
    'address, host and container',
    'ports: ["127.0.0.1:8080:80"]',
    'ports',
    '- mode: ingress\n  host_ip: 127.0.0.1\n  target: 80\n  published: "8080"\n  protocol: tcp\n',
  ],
  [
    'an IPv6 address',
    'ports: ["[::1]:8080:80"]',
    'ports',
    '- mode: ingress\n  host_ip: ::1\n  target: 80\n  published: "8080"\n  protocol: tcp\n',
  ],
  [
    'a protocol',
    'ports: ["53:53/udp"]',
    'ports',
    '- mode: ingress\n  target: 53\n  published: "53"\n  protocol: udp\n',
  ],
  [
    'two ranges',
    'ports: ["9090-9091:80-81"]',
    'ports',
    '- mode: ingress\n  target: 80\n  published: "9090"\n  protocol: tcp\n- mode: ingress\n  target: 81\n  published: "9091"\n  protocol: tcp\n',
  ],
  [
    'a range for one port',
    'ports: ["9000-9005:80"]',
    'ports',
    '- mode: ingress\n  target: 80\n  published: 9000-9005\n  protocol: tcp\n',
  ],
  [
    'an address without a host port',
    'ports: ["127.0.0.1::80"]',
    'ports',
    '- mode: ingress\n  host_ip: 127.0.0.1\n  target: 80\n  protocol: tcp\n',
  ],
  [
    'the long form of a port',
    'ports: [{target: 80, published: 8080, name: http, app_protocol: http}]',
    'ports',
    '- name: http\n  mode: ingress\n  target: 80\n  published: "8080"\n  protocol: tcp\n  app_protocol: http\n',
  ],
  ['exposed ports', 'expose: [3000, "8000/udp"]', 'expose', '- "3000"\n- 8000/udp\n'],
  ['an anonymous volume', 'volumes: ["/data"]', 'volumes', '- type: volume\n  target: /data\n  volume: {}\n'],
  [
    'a bind mount',
    'volumes: ["./src:/app"]',
    'volumes',
    '- type: bind\n  source: /app/src\n  target: /app\n  bind:\n    create_host_path: true\n',
  ],
  [
    'a bind mount to read',
    'volumes: ["/etc/hosts:/h:ro"]',
    'volumes',
    '- type: bind\n  source: /etc/hosts\n  target: /h\n  read_only: true\n  bind:\n    create_host_path: true\n',
  ],
  [
    'a bind mount from home',
    'volumes: ["~/x:/x"]',
    'volumes',
    '- type: bind\n  source: /root/x\n  target: /x\n  bind:\n    create_host_path: true\n',
  ],
  [
    'propagation and SELinux',
    'volumes: ["/a:/a:rslave,z"]',
    'volumes',
    '- type: bind\n  source: /a\n  target: /a\n  bind:\n    selinux: z\n    propagation: rslave\n    create_host_path: true\n',
  ],
  [
    'a target with dots',
    'volumes: ["/a:/b/../c/"]',
    'volumes',
    '- type: bind\n  source: /a\n  target: /c\n  bind:\n    create_host_path: true\n',
  ],
  [
    'a tmpfs mount',
    'volumes: [{type: tmpfs, target: /t, tmpfs: {size: 64m, mode: 0o1777}}]',
    'volumes',
    '- type: tmpfs\n  target: /t\n  tmpfs:\n    size: "67108864"\n    mode: 1023\n',
  ],
  ['tmpfs as a word', 'tmpfs: /run', 'tmpfs', '- /run\n'],
  ['a command as text', `command: sh -c 'echo "a b"' c\\ d`, 'command', '- sh\n- -c\n- echo "a b"\n- c d\n'],
  ['a command as a list', 'command: ["a", "b c"]', 'command', '- a\n- b c\n'],
  ['an empty command', 'command: []', 'command', '[]\n'],
  ['an entrypoint as text', 'entrypoint: /run.sh --fast', 'entrypoint', '- /run.sh\n- --fast\n'],
  ['environment as a list', 'environment: ["A=1", "B=x=y", "C="]', 'environment', 'A: "1"\nB: x=y\nC: ""\n'],
  [
    'environment as a mapping',
    'environment: {N: 1, T: true, F: 1.5, E: "", Z: null}',
    'environment',
    'E: ""\nF: "1.5"\n"N": "1"\nT: "true"\nZ: null\n',
  ],
  ['labels as a list', 'labels: ["a=1", "b"]', 'labels', 'a: "1"\nb: ""\n'],
  ['labels as a mapping', 'labels: {a: 1, b: }', 'labels', 'a: "1"\nb: ""\n'],
  ['dependencies as a list', 'depends_on: [db]', 'depends_on', 'db:\n  condition: service_started\n  required: true\n'],
  [
    'a healthcheck as text',
    'healthcheck: {test: curl -f localhost, interval: 1m30s, timeout: 500ms, retries: 3}',
    'healthcheck',
    'test:\n  - CMD-SHELL\n  - curl -f localhost\ntimeout: 500ms\ninterval: 1m30s\nretries: 3\n',
  ],
  [
    'a healthcheck as words',
    'healthcheck: {test: ["CMD", "true"], start_period: 1h, start_interval: 2s}',
    'healthcheck',
    'test:\n  - CMD\n  - "true"\nstart_period: 1h0m0s\nstart_interval: 2s\n',
  ],
  ['a healthcheck off', 'healthcheck: {disable: true}', 'healthcheck', 'disable: true\n'],
  ['sizes', 'mem_limit: 1.5g\nshm_size: 64M', 'mem_limit', '"1610612736"\n'],
  ['no limit for swap', 'memswap_limit: -1', 'memswap_limit', '"-1"\n'],
  ['a grace period in days', 'stop_grace_period: 1d', 'stop_grace_period', '24h0m0s\n'],
  [
    'a device',
    'devices: ["/dev/ttyUSB0:/dev/ttyUSB1"]',
    'devices',
    '- source: /dev/ttyUSB0\n  target: /dev/ttyUSB1\n  permissions: rwm\n',
  ],
  [
    'one number for a limit',
    'ulimits: {nproc: 65535, nofile: {soft: 20000, hard: 40000}}',
    'ulimits',
    'nofile:\n  soft: 20000\n  hard: 40000\nnproc: 65535\n',
  ],
  ['hosts as a list', 'extra_hosts: ["a:1.2.3.4", "b=::1"]', 'extra_hosts', '- a=1.2.3.4\n- b=::1\n'],
  [
    'hosts as a mapping',
    'extra_hosts: {a: 1.2.3.4, b: [5.6.7.8, 9.9.9.9]}',
    'extra_hosts',
    '- a=1.2.3.4\n- b=5.6.7.8\n- b=9.9.9.9\n',
  ],
  ['name servers as a word', 'dns: 8.8.8.8', 'dns', '- 8.8.8.8\n'],
  ['a build as text', 'build: ./dir', 'build', 'context: /app/dir\ndockerfile: Dockerfile\n'],
  [
    'a build from elsewhere',
    'build: https://github.com/a/b.git',
    'build',
    'context: https://github.com/a/b.git\ndockerfile: Dockerfile\n',
  ],
  [
    'arguments without a value',
    'build: {context: ., args: [A, B=2, NONE]}',
    'build',
    'context: /app\ndockerfile: Dockerfile\nargs:\n  A: from-outside\n  B: "2"\n',
  ],
  [
    'a Dockerfile in the file',
    'build: {dockerfile_inline: "FROM alpine\\n"}',
    'build',
    'context: /app\ndockerfile_inline: |\n  FROM alpine\n',
  ],
  [
    'replicas and limits',
    "deploy: {replicas: 2, resources: {limits: {cpus: '0.5', memory: 50M, pids: 10}}}",
    'deploy',
    'replicas: 2\nresources:\n  limits:\n    cpus: 0.5\n    memory: "52428800"\n    pids: 10\n',
  ],
  [
    'a restart policy',
    'deploy: {restart_policy: {condition: on-failure, max_attempts: 3, delay: 5s}}',
    'deploy',
    'restart_policy:\n  condition: on-failure\n  delay: 5s\n  max_attempts: 3\n',
  ],
  ['GPUs', 'gpus: all', 'gpus', '- capabilities:\n    - gpu\n  count: -1\n'],
  [
    'what watches',
    'build: .\ndevelop: {watch: [{path: ./src, action: sync, target: /app, ignore: node_modules/}]}',
    'develop',
    'watch:\n  - path: /app/src\n    action: sync\n    target: /app\n    ignore:\n      - node_modules/\n',
  ],
  ['x- keys', 'x-note: {a: 1}', 'x-note', 'a: 1\n'],
  ['networks as a list', 'networks: [front]', 'networks', 'front: null\n'],
  ['an octal number', 'environment: {M: 010}', 'environment', 'M: "8"\n'],
  ['a number with underscores', 'environment: {M: 1_000}', 'environment', 'M: "1000"\n'],
  ['old truth values stay words', 'environment: {A: yes, B: on, C: y}', 'environment', 'A: "yes"\nB: "on"\nC: "y"\n'],
]

const FRAME = { db: '\n  db:\n    image: postgres\nnetworks:\n  front: {}\n' }

describe('short forms', () => {
  it.each(FORMS)('%s', async (_title, service, place, expected) => {
    const { project } = await loadSpec(web(service) + FRAME.db, { env: { A: 'from-outside' } })
    expect(partOf(project, `services/web/${place}`)).toBe(expected)
  })
})

/** Variables. Rows: a value, the environment, what becomes of it. */
const ENV = { SET: 'set', EMPTY: '', NAME: 'SET' }
const TEMPLATES: readonly (readonly [value: string, becomes: string])[] = [
  ['$SET', 'set'],
  ['${SET}', 'set'],
  ['a${SET}b', 'asetb'],
  ['$$SET', '$SET'],
  ['$$$SET', '$set'],
  ['${UNSET-default}', 'default'],
  ['${UNSET:-default}', 'default'],
  ['${EMPTY-default}', ''],
  ['${EMPTY:-default}', 'default'],
  ['${SET:-default}', 'set'],
  ['${UNSET:-${SET}}', 'set'],
  ['${UNSET:-${OTHER:-deep}}', 'deep'],
  ['${UNSET:-a}${SET}', 'aset'],
  ['${SET+replaced}', 'replaced'],
  ['${EMPTY+replaced}', 'replaced'],
  ['${EMPTY:+replaced}', ''],
  ['${UNSET+replaced}', ''],
  ['${SET?must be there}', 'set'],
  ['${UNSET:-a:b/c?d}', 'a:b/c?d'],
  ['${COMPOSE_PROJECT_NAME}', 'app'],
  ['$1.00', '$1.00'],
  ['100$', '100$'],
]

describe('variables', () => {
  it.each(TEMPLATES)('%s', async (value, becomes) => {
    const { project, warnings } = await loadSpec(web(`labels: {v: '${value}'}`), { env: ENV })
    expect(project.services.get('web')?.labels?.get('v')).toBe(becomes)
    expect(warnings).toEqual([])
  })

  it('warns of those that are not set', async () => {
    const { project, warnings } = await loadSpec(web('labels: {v: "<$UNSET>"}'))
    expect(project.services.get('web')?.labels?.get('v')).toBe('<>')
    expect(warnings).toEqual(['The "UNSET" variable is not set. Defaulting to a blank string.'])
  })

  it('become numbers and truth values where those belong', async () => {
    const { project } = await loadSpec(
      web('privileged: ${P}\ndeploy: {replicas: "${N}"}\nhealthcheck: {retries: "${N}"}'),
      { env: { P: 'true', N: '3' } },
    )
    expect(project.services.get('web')).toMatchObject({
      privileged: true,
      deploy: { replicas: 3 },
      healthcheck: { retries: 3 },
    })
  })
})

/** Whole files. Rows: what, files, settings, place, as printed. */
type FileRow = readonly [
  title: string,
  files: string | SpecFiles,
  settings: SpecSettings,
  place: string,
  expected: string,
]
const two = (base: string, override: string): SpecFiles => ({
  'compose.yaml': flush(base),
  'compose.override.yaml': flush(override),
})
const svc = (body: string): string => `services:\n  web: {image: nginx, ${body}}\n`

const FILES: readonly FileRow[] = [
  ['an implied network', svc('hostname: h'), {}, 'networks', 'default:\n  name: app_default\n'],
  ['no implied network', svc('network_mode: host'), {}, 'networks', 'null\n'],
  [
    'a named network',
    'services: {web: {image: a, networks: [n]}}\nnetworks: {n: {name: mine, driver: bridge, ipam: {config: [{subnet: 10.1.0.0/24, gateway: 10.1.0.1}]}}}',
    {},
    'networks/n',
    'name: mine\ndriver: bridge\nipam:\n  config:\n    - subnet: 10.1.0.0/24\n      gateway: 10.1.0.1\n',
  ],
  [
    'an external network',
    'services: {web: {image: a, networks: [n]}}\nnetworks: {n: {external: true}}',
    {},
    'networks/n',
    'name: "n"\nexternal: true\n',
  ],
  [
    'unused networks are left out',
    'services: {web: {image: a, network_mode: none}}\nnetworks: {n: {}}',
    {},
    'networks',
    'null\n',
  ],
  [
    'a volume',
    'services: {web: {image: a, volumes: ["vol:/v"]}}\nvolumes: {vol: {labels: [a=b]}}',
    {},
    'volumes',
    'vol:\n  name: app_vol\n  labels:\n    a: b\n',
  ],
  [
    'an external volume by the old way',
    'services: {web: {image: a, volumes: ["vol:/v"]}}\nvolumes: {vol: {external: {name: other}}}',
    {},
    'volumes/vol',
    'name: other\nexternal: true\n',
  ],
  [
    'a secret from a file',
    'services: {web: {image: a, secrets: [s]}}\nsecrets: {s: {file: ./s.txt}}',
    {},
    'secrets/s',
    'name: app_s\nfile: /app/s.txt\n',
  ],
  [
    'a secret in a service',
    'services: {web: {image: a, secrets: [s, {source: t, target: tt, mode: 0440}]}}\nsecrets: {s: {environment: A}, t: {file: /t}}',
    {},
    'services/web/secrets',
    '- source: s\n  target: /run/secrets/s\n- source: t\n  target: tt\n  mode: "0440"\n',
  ],
  [
    'a config with content',
    'services: {web: {image: a, configs: [{source: c, target: /etc/c}]}}\nconfigs: {c: {content: "a=${A}"}}',
    { env: { A: '1' } },
    'configs/c',
    'name: app_c\ncontent: a=1\n',
  ],
  [
    'x- keys at the top',
    'x-a: &a {restart: always}\nservices: {web: {<<: *a, image: i}}',
    {},
    'services/web/restart',
    'always\n',
  ],
  [
    'a merge by a list of anchors',
    'x-a: &a {restart: always, hostname: a}\nx-b: &b {hostname: b}\nservices: {web: {<<: [*a, *b], image: i}}',
    {},
    'services/web/hostname',
    'a\n',
  ],
  [
    'links bring dependencies',
    'services: {web: {image: a, links: ["db:database"]}, db: {image: b}}',
    {},
    'services/web/depends_on',
    'db:\n  condition: service_started\n  restart: true\n  required: true\n',
  ],
  [
    'shared namespaces bring dependencies',
    'services: {web: {image: a, network_mode: "service:db"}, db: {image: b}}',
    {},
    'services/web/depends_on',
    'db:\n  condition: service_started\n  restart: true\n  required: true\n',
  ],
  [
    'volumes of others bring dependencies',
    'services: {web: {image: a, volumes_from: ["db:ro"]}, db: {image: b}}',
    {},
    'services/web/depends_on',
    'db:\n  condition: service_started\n  required: true\n',
  ],
  [
    'environment from a file',
    {
      'compose.yaml': svc('env_file: e.env, environment: {B: here}'),
      'e.env': 'A=1\nB=file\nC="x ${A}"\n# no\nexport D=\'$A\'\n',
    },
    {},
    'services/web/environment',
    'A: "1"\nB: here\nC: x 1\nD: $A\n',
  ],
  [
    'a file that need not be there',
    svc('env_file: [{path: none.env, required: false}]'),
    {},
    'services/web/environment',
    'null\n',
  ],
  [
    'a raw file',
    { 'compose.yaml': svc('env_file: [{path: r.env, format: raw}]'), 'r.env': `A="quoted" $X\n` },
    {},
    'services/web/environment',
    `A: '"quoted" $X'\n`,
  ],
  [
    'a value from outside',
    svc('environment: [A, B]'),
    { env: { A: 'out' } },
    'services/web/environment',
    'A: out\nB: null\n',
  ],
  [
    'labels from a file',
    { 'compose.yaml': svc('label_file: l.env, labels: {b: here}'), 'l.env': 'a=1\nb=2\n' },
    {},
    'services/web/labels',
    'a: "1"\nb: here\n',
  ],
  [
    'a profile that is not asked for',
    'services: {web: {image: a}, dev: {image: b, profiles: [dev]}}',
    {},
    'services',
    'web:\n  image: a\n  networks:\n    default: null\n',
  ],
  [
    'a profile that is',
    'services: {dev: {image: b, profiles: [dev]}}',
    { profiles: ['dev'] },
    'services/dev/image',
    'b\n',
  ],
  ['all profiles', 'services: {dev: {image: b, profiles: [dev]}}', { profiles: ['*'] }, 'services/dev/image', 'b\n'],
  [
    'a service asked for by name',
    'services: {web: {image: a}, dev: {image: b, profiles: [dev]}}',
    { services: ['dev'] },
    'services',
    'dev:\n  profiles:\n    - dev\n  image: b\n  networks:\n    default: null\n',
  ],
  [
    'one service and what it needs',
    'services: {web: {image: a, depends_on: [db]}, db: {image: b, network_mode: none}, other: {image: c}}',
    { services: ['db'] },
    'services',
    'db:\n  image: b\n  network_mode: none\n',
  ],
  [
    'an override of one value',
    two('services: {web: {image: a, hostname: h}}', 'services: {web: {image: b}}'),
    {},
    'services/web',
    'hostname: h\nimage: b\nnetworks:\n  default: null\n',
  ],
  [
    'ports of both',
    two('services: {web: {image: a, ports: ["80:80"]}}', 'services: {web: {ports: ["81:81"]}}'),
    {},
    'services/web/ports',
    '- mode: ingress\n  target: 80\n  published: "80"\n  protocol: tcp\n- mode: ingress\n  target: 81\n  published: "81"\n  protocol: tcp\n',
  ],
  [
    'the same port twice',
    two('services: {web: {image: a, ports: ["80:80"]}}', 'services: {web: {ports: ["80:80"]}}'),
    {},
    'services/web/ports',
    '- mode: ingress\n  target: 80\n  published: "80"\n  protocol: tcp\n',
  ],
  [
    'mounts by target',
    two('services: {web: {image: a, volumes: ["/a:/x", "/b:/y"]}}', 'services: {web: {volumes: ["/c:/x"]}}'),
    {},
    'services/web/volumes',
    '- type: bind\n  source: /c\n  target: /x\n  bind:\n    create_host_path: true\n- type: bind\n  source: /b\n  target: /y\n  bind:\n    create_host_path: true\n',
  ],
  [
    'environments of both kinds',
    two('services: {web: {image: a, environment: {A: 1, B: 2}}}', 'services: {web: {environment: ["B=3", "C=4"]}}'),
    {},
    'services/web/environment',
    'A: "1"\nB: "3"\nC: "4"\n',
  ],
  [
    'a command is replaced',
    two('services: {web: {image: a, command: [a, b]}}', 'services: {web: {command: [c]}}'),
    {},
    'services/web/command',
    '- c\n',
  ],
  [
    'a healthcheck is merged, its test replaced',
    two(
      'services: {web: {image: a, healthcheck: {test: [CMD, a], interval: 1s}}}',
      'services: {web: {healthcheck: {test: [CMD, b]}}}',
    ),
    {},
    'services/web/healthcheck',
    'test:\n  - CMD\n  - b\ninterval: 1s\n',
  ],
  [
    'dependencies of both kinds',
    two(
      'services: {web: {image: a, depends_on: [b]}, b: {image: b}, c: {image: c}}',
      'services: {web: {depends_on: {c: {condition: service_healthy}}}}',
    ),
    {},
    'services/web/depends_on',
    'b:\n  condition: service_started\n  required: true\nc:\n  condition: service_healthy\n  required: true\n',
  ],
  [
    'builds of both kinds',
    two('services: {web: {build: ./a}}', 'services: {web: {build: {target: dev}}}'),
    {},
    'services/web/build',
    'context: /app/a\ndockerfile: Dockerfile\ntarget: dev\n',
  ],
  [
    'logging of one driver',
    two(
      'services: {web: {image: a, logging: {driver: json-file, options: {a: 1}}}}',
      'services: {web: {logging: {driver: json-file, options: {b: 2}}}}',
    ),
    {},
    'services/web/logging',
    'driver: json-file\noptions:\n  a: "1"\n  b: "2"\n',
  ],
  [
    'logging of another driver',
    two(
      'services: {web: {image: a, logging: {driver: json-file, options: {a: 1}}}}',
      'services: {web: {logging: {driver: none}}}',
    ),
    {},
    'services/web/logging',
    'driver: none\n',
  ],
  [
    '!reset',
    two(
      'services: {web: {image: a, ports: ["80:80"], hostname: h}}',
      'services: {web: {ports: !reset [], hostname: !reset null}}',
    ),
    {},
    'services/web',
    'image: a\nnetworks:\n  default: null\n',
  ],
  [
    '!override',
    two('services: {web: {image: a, ports: ["80:80"]}}', 'services: {web: {ports: !override ["81:81"]}}'),
    {},
    'services/web/ports',
    '- mode: ingress\n  target: 81\n  published: "81"\n  protocol: tcp\n',
  ],
  [
    'three files',
    {
      'a.yaml': svc('hostname: a'),
      'b.yaml': 'services: {web: {hostname: b}}',
      'c.yaml': 'services: {web: {hostname: c}}',
    },
    { use: ['a.yaml', 'b.yaml', 'c.yaml'] },
    'services/web/hostname',
    'c\n',
  ],
  [
    'a base in the same file',
    'services: {base: {image: a, environment: {A: 1}}, web: {extends: base, environment: {B: 2}}}',
    {},
    'services/web',
    'environment:\n  A: "1"\n  B: "2"\nimage: a\nnetworks:\n  default: null\n',
  ],
  [
    'a base of a base',
    'services: {a: {image: i}, b: {extends: {service: a}, hostname: b}, web: {extends: b}}',
    {},
    'services/web',
    'hostname: b\nimage: i\nnetworks:\n  default: null\n',
  ],
  [
    'a base in another file, paths from there',
    {
      'compose.yaml': 'services: {web: {extends: {file: lib/base.yaml, service: base}, hostname: w}}',
      'lib/base.yaml': 'services: {base: {image: i, volumes: ["./d:/d"]}}',
    },
    {},
    'services/web',
    'hostname: w\nimage: i\nnetworks:\n  default: null\nvolumes:\n  - type: bind\n    source: /app/lib/d\n    target: /d\n    bind:\n      create_host_path: true\n',
  ],
  [
    'a base reset',
    'services: {base: {image: a, ports: ["80:80"]}, web: {extends: base, ports: !reset []}}',
    {},
    'services/web',
    'image: a\nnetworks:\n  default: null\n',
  ],
  [
    'an included file, paths from there',
    {
      'compose.yaml': 'include: [sub/other.yaml]\nservices: {web: {image: a, depends_on: [db]}}',
      'sub/other.yaml': 'services: {db: {image: b, env_file: e.env, volumes: ["./d:/d"]}}',
      'sub/e.env': 'A=1\n',
    },
    {},
    'services/db',
    'environment:\n  A: "1"\nimage: b\nnetworks:\n  default: null\nvolumes:\n  - type: bind\n    source: /app/sub/d\n    target: /d\n    bind:\n      create_host_path: true\n',
  ],
  [
    'an included file with its own .env',
    {
      'compose.yaml': 'include: [sub/other.yaml]\nservices: {web: {image: a}}',
      'sub/other.yaml': 'services: {db: {image: "b:${TAG}"}}',
      'sub/.env': 'TAG=inner\n',
    },
    {},
    'services/db/image',
    'b:inner\n',
  ],
  [
    'what is outside comes before an included .env',
    {
      'compose.yaml': 'include: [sub/other.yaml]\nservices: {web: {image: a}}',
      'sub/other.yaml': 'services: {db: {image: "b:${TAG}"}}',
      'sub/.env': 'TAG=inner\n',
    },
    { env: { TAG: 'outer' } },
    'services/db/image',
    'b:outer\n',
  ],
  [
    'an include in its long form',
    {
      'compose.yaml':
        'include: [{path: [sub/a.yaml, sub/b.yaml], project_directory: ., env_file: x.env}]\nservices: {web: {image: a}}',
      'sub/a.yaml': 'services: {db: {image: "b:${TAG}", build: ./ctx}}',
      'sub/b.yaml': 'services: {db: {hostname: h}}',
      'x.env': 'TAG=x\n',
    },
    {},
    'services/db',
    'build:\n  context: /app/ctx\n  dockerfile: Dockerfile\nhostname: h\nimage: b:x\nnetworks:\n  default: null\n',
  ],
  [
    'two documents in a file',
    'services: {web: {image: a}}\n---\nservices: {web: {hostname: h}}',
    {},
    'services/web',
    'hostname: h\nimage: a\nnetworks:\n  default: null\n',
  ],
]

describe('files', () => {
  it.each(FILES)('%s', async (_title, files, settings, place, expected) => {
    const { project } = await loadSpec(files, settings)
    expect(partOf(project, place)).toBe(expected)
  })

  it('are warned of when they tell a version', async () => {
    const { warnings } = await loadSpec('version: "3.8"\nservices: {web: {image: a}}')
    expect(warnings).toEqual([
      '/app/compose.yaml: the attribute `version` is obsolete, it will be ignored, please remove it to avoid potential confusion',
    ])
  })
})
