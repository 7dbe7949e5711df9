import { describe, expect, it } from 'vitest'
import { problemsOf } from '../load/problems.ts'
import { loadSpec, type SpecFiles } from './spec-harness.ts'

/** Files that can't be, and what compose says of them. */
type Row = readonly [title: string, files: string | SpecFiles, message: string]
const VALIDATING = 'validating /app/compose.yaml: '
const web = (body: string): string => `services:\n  web:\n    image: a\n    ${body}\n`

const SCHEMA: readonly Row[] = [
  ['an unknown key', web('imge: b'), `${VALIDATING}services.web additional properties 'imge' not allowed`],
  ['an unknown key at the top', 'service: {}\n', `${VALIDATING} additional properties 'service' not allowed`],
  ['two unknown keys', web('a: 1\n    b: 2'), `${VALIDATING}services.web additional properties 'a', 'b' not allowed`],
  [
    'an unknown key deep down',
    web('healthcheck: {tst: x}'),
    `${VALIDATING}services.web.healthcheck additional properties 'tst' not allowed`,
  ],
  ['a list for a text', web('hostname: [a]'), `${VALIDATING}services.web.hostname must be a string`],
  ['a number for a text', web('hostname: 5'), `${VALIDATING}services.web.hostname must be a string`],
  ['a text for a list', web('ports: "80"'), `${VALIDATING}services.web.ports must be a array`],
  ['a mapping for a list', web('ports: {a: b}'), `${VALIDATING}services.web.ports must be a array`],
  ['a service that is text', 'services: {web: nginx}', `services.web must be a mapping`],
  ['services that are a list', 'services: [web]', 'services must be a mapping'],
  ['a list for a service', 'services: {web: [a]}', 'services.web must be a mapping'],
  [
    'an unknown condition',
    web('depends_on: {db: {condition: ready}}'),
    `${VALIDATING}services.web.depends_on.db.condition value must be one of 'service_started', 'service_healthy', 'service_completed_successfully'`,
  ],
  [
    'no condition',
    web('depends_on: {db: {restart: true}}'),
    `${VALIDATING}services.web.depends_on.db missing property 'condition'`,
  ],
  ['a mount without a type', web('volumes: [{target: /a}]'), `${VALIDATING}services.web.volumes.0 must be a string`],
  [
    'a mount of an unknown type',
    web('volumes: [{type: disk, target: /a}]'),
    `${VALIDATING}services.web.volumes.0.type value must be one of 'bind', 'volume', 'tmpfs', 'cluster', 'npipe', 'image'`,
  ],
  ['a truth value for a text', web('restart: true'), `${VALIDATING}services.web.restart must be a string`],
  [
    'an object in the environment',
    web('environment: {A: {b: c}}'),
    `${VALIDATING}services.web.environment.A must be a boolean, null, number or string`,
  ],
  ['a score out of range', web('oom_score_adj: 2000'), `${VALIDATING}services.web.oom_score_adj must be a string`],
  [
    'a service name with a blank',
    'services: {"a b": {image: a}}',
    `${VALIDATING}services additional properties 'a b' not allowed`,
  ],
  [
    'watching without an action',
    web('develop: {watch: [{path: .}]}'),
    `${VALIDATING}services.web.develop.watch.0 missing property 'action'`,
  ],
  [
    'an unknown watch action',
    web('develop: {watch: [{path: ., action: copy}]}'),
    `${VALIDATING}services.web.develop.watch.0.action value must be one of 'rebuild', 'sync', 'restart', 'sync+restart', 'sync+exec'`,
  ],
  ['a volume that is text', `${web('hostname: h')}volumes: {v: x}`, `${VALIDATING}volumes.v must be a mapping or null`],
  [
    'devices without capabilities',
    web('deploy: {resources: {reservations: {devices: [{count: 1}]}}}'),
    `${VALIDATING}services.web.deploy.resources.reservations.devices.0 missing property 'capabilities'`,
  ],
  ['include that is text', 'include: a.yaml', '`include` must be a list, got string'],
]

const MODEL: readonly Row[] = [
  [
    'neither image nor build',
    'services: {web: {hostname: h}}',
    'service "web" has neither an image nor a build context specified: invalid compose project',
  ],
  [
    'an undefined network',
    web('networks: [n]'),
    'service "web" refers to undefined network n: invalid compose project',
  ],
  [
    'an undefined volume',
    web('volumes: ["vol:/v"]'),
    'service "web" refers to undefined volume vol: invalid compose project',
  ],
  ['an undefined secret', web('secrets: [s]'), 'service "web" refers to undefined secret s: invalid compose project'],
  ['an undefined config', web('configs: [c]'), 'service "web" refers to undefined config c: invalid compose project'],
  [
    'an undefined dependency',
    web('depends_on: [db]'),
    'service "web" depends on undefined service "db": invalid compose project',
  ],
  [
    'a circle',
    'services: {a: {image: a, depends_on: [b]}, b: {image: b, depends_on: [a]}}',
    'dependency cycle detected: a -> b -> a',
  ],
  [
    'two ways to a network',
    `${web('network_mode: host\n    networks: [n]')}networks: {n: }`,
    'service web declares mutually exclusive `network_mode` and `networks`: invalid compose project',
  ],
  [
    'a name for many',
    web('container_name: one\n    scale: 2'),
    "services.scale: can't set container_name and web as container name must be unique: invalid compose project",
  ],
  [
    'two numbers',
    web('scale: 2\n    deploy: {replicas: 3}'),
    "services.web: can't set distinct values on 'scale' and 'deploy.replicas': invalid compose project",
  ],
  [
    'two limits',
    web('mem_limit: 1g\n    deploy: {resources: {limits: {memory: 2g}}}'),
    "services.web: can't set distinct values on 'mem_limit' and 'deploy.resources.limits.memory': invalid compose project",
  ],
  [
    'one target twice',
    web('tmpfs: /a\n    volumes: ["/x:/a"]'),
    'services.web.volumes[0]: target /a already mounted as services.web.tmpfs[0]',
  ],
  [
    'an unknown test',
    web('healthcheck: {test: [curl, x]}'),
    'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"',
  ],
  [
    'a sync without a target',
    web('build: .\n    develop: {watch: [{path: ., action: sync}]}'),
    'services.web.develop.watch: target is required for non-rebuild actions: invalid compose project',
  ],
  ['a secret of nothing', `${web('hostname: h')}secrets: {s: {}}`, 'secrets.s: one of file|environment must be set'],
  [
    'a config of two',
    `${web('hostname: h')}configs: {c: {file: a, content: b}}`,
    'configs.c: file|environment|content attributes are mutually exclusive',
  ],
  [
    'an external volume with a driver',
    `${web('hostname: h')}volumes: {v: {external: true, driver: local}}`,
    'volumes.v: conflicting parameters "external" and "driver" specified',
  ],
  ['no port', web('ports: ["a:80"]'), 'invalid hostPort: a'],
  ['a port too large', web('ports: ["99999"]'), 'invalid containerPort: 99999'],
  [
    'unequal ranges',
    web('ports: ["1000-1001:80-82"]'),
    'invalid ranges specified for container and host Ports: 80-82 and 1000-1001',
  ],
  ['no protocol', web('ports: ["80/abc"]'), 'invalid proto: abc'],
  ['no address', web('ports: [{target: 80, host_ip: here}]'), 'services.web.ports.[]: invalid ip address: here'],
  ['an empty part of a mount', web('volumes: ["ab::/b"]'), 'invalid spec: ab::/b: empty section between colons'],
  ['a mount of many parts', web('volumes: ["/a:/b:ro:z"]'), 'invalid spec: /a:/b:ro:z: too many colons'],
  [
    'a bind without a source',
    web('volumes: [{type: bind, target: /a}]'),
    'invalid mount config for type "bind": field Source must not be empty',
  ],
  ['no size', web('mem_limit: 5 apples'), "invalid suffix: 'apples'"],
  ['no duration', web('stop_grace_period: soon'), 'time: invalid duration "soon"'],
  [
    'no number',
    web('scale: "${N}"'),
    'error while interpolating services.web.scale: failed to cast to expected type: strconv.Atoi: parsing "": invalid syntax',
  ],
  [
    'a brace that is not closed',
    web('hostname: "${A"'),
    'invalid interpolation format for services.web.hostname.\nYou may need to escape any $ with another $.\n${A',
  ],
  [
    'no name in braces',
    web('hostname: "${ A }"'),
    'invalid interpolation format for services.web.hostname.\nYou may need to escape any $ with another $.\n${ A }',
  ],
  [
    'a variable that must be set',
    web('hostname: "${A:?tell me}"'),
    'error while interpolating services.web.hostname: required variable A is missing a value: tell me',
  ],
  [
    'a variable that must be set, without words',
    web('hostname: "${A?}"'),
    'error while interpolating services.web.hostname: required variable A is missing a value',
  ],
  [
    'extending nobody',
    'services: {web: {extends: base}}',
    'cannot extend service "web" in /app/compose.yaml: service "base" not found',
  ],
  [
    'extending from a file that is not there',
    'services: {web: {extends: {file: x.yaml, service: a}}}',
    'open /app/x.yaml: no such file or directory',
  ],
  [
    'extending in a circle',
    'services: {a: {extends: b, image: i}, b: {extends: a}}',
    'Circular reference:\n  a in /app/compose.yaml\n  extends b in /app/compose.yaml\n  extends a in /app/compose.yaml',
  ],
  [
    'including in a circle',
    {
      'compose.yaml': 'include: [b.yaml]\nservices: {web: {image: a}}',
      'b.yaml': 'include: [compose.yaml]\nservices: {db: {image: a}}',
    },
    'include cycle detected:\n/app/compose.yaml\n include /app/b.yaml\n include /app/compose.yaml',
  ],
  [
    'a mapping over a list',
    { 'compose.yaml': web('cap_add: [A]'), 'compose.override.yaml': 'services: {web: {cap_add: {a: b}}}' },
    'cannot override services.web.cap_add',
  ],
  [
    'a file of environment that is not there',
    web('env_file: none.env'),
    'env file /app/none.env not found: stat /app/none.env: no such file or directory',
  ],
  [
    "a file of environment that can't be read",
    { 'compose.yaml': web('env_file: e.env'), 'e.env': 'A="open\n' },
    'failed to read /app/e.env: line 2: unterminated quoted value "open',
  ],
  ['an empty file', '', 'empty compose file'],
  ['a file that is a list', '- a', 'top-level object must be a mapping'],
  [
    'a key that is no text',
    'services: {web: {image: a}}\n1: b',
    'failed to parse /app/compose.yaml: non-string key at top level: 1',
  ],
]

const YAML: readonly Row[] = [
  [
    'a mapping in a value',
    'services:\n  web:\n    image: a: b\n',
    'failed to parse /app/compose.yaml: yaml: line 3: mapping values are not allowed in this context',
  ],
  [
    'a tab',
    'services:\n\tweb: {}\n',
    'failed to parse /app/compose.yaml: yaml: line 2: found character that cannot start any token',
  ],
  [
    'a key twice',
    'services:\n  web: {image: a}\n  web: {image: b}\n',
    'failed to parse /app/compose.yaml: line 3: mapping key "web" already defined at line 2',
  ],
  [
    'an unknown anchor',
    'services:\n  web: *a\n',
    "failed to parse /app/compose.yaml: yaml: unknown anchor 'a' referenced",
  ],
]

describe.each([
  ['the schema', SCHEMA],
  ['the model', MODEL],
  ['YAML', YAML],
])('refused by %s', (_kind, rows) => {
  it.each(rows)('%s', async (_title, files, message) => {
    await expect(loadSpec(files)).rejects.toThrow(expect.objectContaining({ message }) as Error)
  })
})

/** Rows: files, and where the reason stands. */
const REASONS: readonly (readonly [files: SpecFiles, place: string])[] = [
  [{ 'compose.yaml': 'services:\n  web:\n    imge: a\n' }, '/app/compose.yaml:3:5'],
  [
    {
      'compose.yaml': 'services:\n  web: {image: a}\n',
      'compose.override.yaml': 'services:\n  web:\n    networks:\n      front:\n',
    },
    '/app/compose.override.yaml:4:7',
  ],
  [{ 'compose.yaml': 'services:\n  web:\n    image: a\n    scale: many\n' }, '/app/compose.yaml:4:5'],
]

describe('a refusal', () => {
  it.each(REASONS)('knows its place: %j', async (files, place) => {
    await expect(loadSpec(files)).rejects.toThrow(expect.objectContaining({ place }) as Error)
  })
})

/** Rows: file, line and column from one, path, words. */
const PLACES: readonly (readonly [source: string, line: number, column: number, path: string, message: string])[] = [
  ['services:\n  web:\n    imge: a\n', 3, 5, 'services.web', "services.web additional properties 'imge' not allowed"],
  [
    'services:\n  web:\n    image: a\n    ports:\n      - 80\n      - [1]\n',
    6,
    9,
    'services.web.ports.1',
    'services.web.ports.1 must be a number',
  ],
  [
    'services:\n  web:\n    image: a\n    networks: [front]\n',
    4,
    5,
    'services.web.networks.front',
    'service "web" refers to undefined network front: invalid compose project',
  ],
  [
    'services:\n  web:\n    image: ${A\n',
    3,
    5,
    'services.web.image',
    'invalid interpolation format for services.web.image.\nYou may need to escape any $ with another $.\n${A',
  ],
  ['services:\n  web:\n    image: a: b\n', 3, 12, '', 'yaml: line 3: mapping values are not allowed in this context'],
  [
    'services:\n  a: {image: x, depends_on: [b]}\n',
    2,
    17,
    'services.a.depends_on.b',
    'service "a" depends on undefined service "b": invalid compose project',
  ],
]

describe('problems', () => {
  it.each(PLACES)('%j', async (source, line, column, path, message) => {
    const [first] = await problemsOf(source)
    expect(first).toMatchObject({ message, path })
    expect([first?.line, first?.column]).toEqual([line, column])
  })

  it('are all told', async () => {
    const found = await problemsOf('services:\n  a: {image: 1}\n  b: {imge: x}\n')
    expect(found.map(({ line, message }) => [line, message])).toEqual([
      [2, 'services.a.image must be a string'],
      [3, "services.b additional properties 'imge' not allowed"],
    ])
  })

  it('are none in a good file', async () => {
    expect(await problemsOf('services:\n  a: {image: "${TAG}", env_file: other.env}\n')).toEqual([])
  })
})
