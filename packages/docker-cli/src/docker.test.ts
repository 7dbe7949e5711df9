import { describe, expect, it } from 'vitest'
import { type FakeEngine, runDocker, type SeenRequest } from './testing/fake-host.ts'

const byPath =
  (answers: Readonly<Record<string, { status?: number; body?: unknown; raw?: Uint8Array }>>): FakeEngine =>
  ({ method, path }) =>
    answers[`${method} ${path}`] ?? { status: 404, body: { message: `no answer for ${method} ${path}` } }

const frame = (kind: number, text: string): number[] => [
  kind,
  0,
  0,
  0,
  0,
  0,
  0,
  text.length,
  ...Array.from(text, (c) => c.charCodeAt(0)),
]

const container = {
  Id: '3addb5b8ef05a61402b01be468d894808999da5e3902c7d1ca4948fd5e54f427',
  Names: ['/web'],
  Image: 'nginx',
  ImageID: 'sha256:abc',
  Command: "/docker-entrypoint.sh nginx -g 'daemon off;'",
  Created: 1000,
  Ports: [{ IP: '0.0.0.0', PublicPort: 8080, PrivatePort: 80, Type: 'tcp' }],
  Labels: { a: 'b' },
  State: 'running',
  Status: 'Up 2 minutes',
  HostConfig: {},
  NetworkSettings: { Networks: { bridge: {} } },
  Mounts: [],
}

describe('docker', () => {
  it('lists containers', async () => {
    const engine = byPath({ 'GET /containers/json': { body: [container] } })
    const { stdout, requests } = await runDocker(['ps', '-f', 'name=web'], engine, { nowMs: 1_150_000 })
    expect(stdout).toBe(
      'CONTAINER ID   IMAGE     COMMAND                  CREATED         STATUS         PORTS                  NAMES\n' +
        '3addb5b8ef05   nginx     "/docker-entrypoint.…"   2 minutes ago   Up 2 minutes   0.0.0.0:8080->80/tcp   web\n',
    )
    expect(requests[0]?.query).toEqual({ filters: '{"name":{"web":true}}' })
  })

  it('lists by template, quietly and as JSON', async () => {
    const engine = byPath({ 'GET /containers/json': { body: [container] } })
    const out = async (...argv: string[]): Promise<string> => (await runDocker(['ps', ...argv], engine)).stdout
    expect(await out('-q')).toBe('3addb5b8ef05\n')
    expect(await out('--format', 'table {{.Names}}\\t{{.Label "a"}}')).toBe('NAMES     a\nweb       b\n')
    expect(JSON.parse(await out('--format', 'json'))).toMatchObject({ Names: 'web', Ports: '0.0.0.0:8080->80/tcp' })
  })

  it('runs a container in front: create, attach, wait, start, and its status', async () => {
    const engine = byPath({
      'POST /containers/create': { status: 201, body: { Id: 'c1', Warnings: [] } },
      'POST /containers/c1/attach': { status: 101, raw: Uint8Array.from([...frame(1, 'out\n'), ...frame(2, 'err\n')]) },
      'POST /containers/c1/wait': { body: { StatusCode: 3 } },
      'POST /containers/c1/start': { status: 204 },
    })
    const run = await runDocker(['run', '--rm', '-e', 'A=1', '-p', '8080:80', 'busybox', 'sh', '-c', 'exit 3'], engine)
    expect([run.status, run.stdout, run.stderr]).toEqual([3, 'out\n', 'err\n'])
    expect(run.requests.map(({ path }) => path)).toEqual([
      '/containers/create',
      '/containers/c1/attach',
      '/containers/c1/wait',
      '/containers/c1/start',
    ])
    expect(run.requests[0]?.body).toMatchObject({
      Image: 'busybox',
      Cmd: ['sh', '-c', 'exit 3'],
      Env: ['A=1'],
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { AutoRemove: true, PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] } },
    })
  })

  it('pulls an image that is missing', async () => {
    let created = 0
    const engine = ({ path }: SeenRequest) => {
      if (path === '/images/create') return { body: { status: 'Status: Downloaded newer image for busybox:latest' } }
      if (path === '/containers/create' && created++ === 0)
        return { status: 404, body: { message: 'No such image: busybox:latest' } }
      return { body: { Id: 'c1', Warnings: null } }
    }
    const { stdout, stderr, requests } = await runDocker(['create', 'busybox'], engine)
    expect(stdout).toBe('c1\n')
    expect(stderr).toBe(
      "Unable to find image 'busybox:latest' locally\nStatus: Downloaded newer image for busybox:latest\n",
    )
    expect(requests[1]?.query).toEqual({ fromImage: 'docker.io/library/busybox', tag: 'latest' })
  })

  const failures: [string[], number, string][] = [
    [['nosuch'], 1, "docker: unknown command: docker nosuch\n\nRun 'docker --help' for more information\n"],
    [
      ['container', 'nosuch'],
      1,
      "docker: unknown command: docker container nosuch\n\nUsage:  docker container\n\nRun 'docker container --help' for more information\n",
    ],
    [
      ['run'],
      1,
      "docker: 'docker run' requires at least 1 argument\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nSee 'docker run --help' for more information\n",
    ],
    [
      ['ps', 'x'],
      1,
      "docker: 'docker ps' accepts no arguments\n\nUsage:  docker ps [OPTIONS]\n\nRun 'docker ps --help' for more information\n",
    ],
    [
      ['run', '--nope', 'x'],
      125,
      "unknown flag: --nope\n\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nRun 'docker run --help' for more information\n",
    ],
    [
      ['--nope', 'ps'],
      125,
      "unknown flag: --nope\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information\n",
    ],
    [
      ['run', 'Busybox'],
      125,
      "docker: invalid reference format: repository name (library/Busybox) must be lowercase\n\nRun 'docker run --help' for more information\n",
    ],
    [
      ['run', '-p', 'abc', 'x'],
      125,
      "docker: invalid containerPort: abc\n\nRun 'docker run --help' for more information\n",
    ],
    [['run', '-it', 'x'], 1, 'the input device is not a TTY\n'],
    [['cp', 'a', 'b'], 1, 'must specify at least one container source\n'],
    [['rm', 'gone'], 1, 'Error response from daemon: No such container: gone\n'],
    [
      ['ps', '--format', '{{.Nope}}'],
      1,
      'failed to execute template: template: :1:2: executing "" at <.Nope>: can\'t evaluate field Nope in type *formatter.ContainerContext\n',
    ],
  ]
  const refusing = byPath({
    'GET /containers/json': { body: [container] },
    'DELETE /containers/gone': { status: 404, body: { message: 'No such container: gone' } },
  })
  it.each(failures)('%j', async (argv, status, stderr) => {
    const run = await runDocker(argv, refusing)
    expect([run.status, run.stderr]).toEqual([status, stderr])
  })

  it.each([
    ['executable file not found in $PATH', 127],
    ['permission denied', 126],
    ['anything else', 125],
  ])('run ends with the status of "%s"', async (message, status) => {
    const engine = byPath({
      'POST /containers/create': { status: 201, body: { Id: 'c1', Warnings: [] } },
      'POST /containers/c1/start': { status: 500, body: { message } },
    })
    const run = await runDocker(['run', '-d', 'x'], engine)
    expect([run.status, run.stdout]).toEqual([status, 'c1\n'])
    expect(run.stderr).toContain(`docker: Error response from daemon: ${message}`)
  })

  it('inspects by template and tells what is not there', async () => {
    const engine = byPath({ 'GET /containers/web/json': { body: { Id: 'abc', Config: { Labels: { a: 'b' } } } } })
    expect((await runDocker(['container', 'inspect', '-f', '{{json .Config.Labels}}', 'web'], engine)).stdout).toBe(
      '{"a":"b"}\n',
    )
    const missing = await runDocker(['inspect', 'nope'], engine)
    expect([missing.status, missing.stdout, missing.stderr]).toEqual([1, '[]\n', 'Error: No such object: nope\n'])
  })

  it('completes commands, flags and names', async () => {
    const engine = byPath({ 'GET /containers/json': { body: [container] } })
    const out = async (...words: string[]): Promise<string> =>
      (await runDocker(['__complete', ...words], engine)).stdout
    expect(await out('con')).toBe(
      'config\tManage Swarm configs\ncontainer\tManage containers\ncontext\tManage contexts\n:4\n',
    )
    expect(await out('run', '--network-')).toBe('--network-alias\tAdd network-scoped alias for the container\n:4\n')
    expect(await out('stop', 'w')).toBe('web\n:4\n')
    expect(await out('unpause', '')).toBe(':4\n')
    expect(await out('events', '--filter', 'ty')).toBe('type=\n:2\n')
    expect(await out('events', '--filter', 'type=con')).toBe('type=config\ntype=container\n:4\n')
    expect(await out('events', '--filter=container=')).toBe('container=web\n:4\n')
  })

  it('hands shells a script that asks it', async () => {
    for (const shell of ['bash', 'zsh', 'fish', 'powershell'])
      expect((await runDocker(['completion', shell])).stdout).toContain('docker __complete ')
    expect((await runDocker(['completion', 'bash', '--no-descriptions'])).stdout).toContain('docker __completeNoDesc ')
  })

  it('shows images as a tree, and leaves out what does not fit', async () => {
    const image = { Id: `sha256:${'a'.repeat(64)}`, RepoTags: ['a:1', 'longer:2'], Size: 4_450_000 }
    const engine = byPath({ 'GET /images/json': { body: [image, { ...image, RepoTags: [] }] } })
    const { stdout, stderr } = await runDocker(['images', '--tree'], engine)
    expect(stderr).toContain('WARNING: This is an experimental feature.')
    const [legend, , titles, ...rows] = stdout.split('\n')
    expect(legend).toBe(`${' '.repeat(62)}Info ->  U In Use `)
    expect(titles?.replace(/\x1b\[\d+m/g, '')).toBe('IMAGE      ID             DISK USAGE   CONTENT SIZE   EXTRA')
    expect(rows).toEqual(['a:1', 'longer:2   aaaaaaaaaaaa       4.45MB             0B        ', ''])
    expect((await runDocker(['images', '--tree', '-q'], engine)).stderr).toBe(
      '--quiet is not yet supported with --tree\n',
    )
  })
})
