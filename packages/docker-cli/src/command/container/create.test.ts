import { describe, expect, it } from 'vitest'
import { runDocker } from '../../testing/fake-host.ts'

const ping = { env: { SEEN: 'yes' } }
const create = async (...argv: string[]) => {
  const run = await runDocker(['create', ...argv], () => ({ status: 201, body: { Id: 'c1', Warnings: [] } }), ping)
  return { run, body: run.requests[0]?.body, query: run.requests[0]?.query }
}

/** Flags and what docker 28.2.2 made of them (its requests were recorded). */
const BODIES: [string[], object][] = [
  [
    ['a'],
    {
      AttachStdout: true,
      AttachStdin: false,
      Cmd: null,
      Env: null,
      Entrypoint: null,
      HostConfig: { NetworkMode: 'default', RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } },
    },
  ],
  [['-i', '-a', 'stdin', 'a'], { AttachStdin: true, AttachStdout: false, OpenStdin: true, StdinOnce: true }],
  [['-e', 'A=1', '-e', 'SEEN', '-e', 'NOPE', 'a'], { Env: ['A=1', 'SEEN=yes', 'NOPE'] }],
  [
    ['-v', '/data', '-v', 'vol:/x:ro', '-v', './rel:/y', 'a'],
    { Volumes: { '/data': {} }, HostConfig: { Binds: ['vol:/x:ro', '/work/rel:/y'] } },
  ],
  [
    ['-p', '127.0.0.1:8080-8081:90-91/udp', 'a'],
    {
      ExposedPorts: { '90/udp': {}, '91/udp': {} },
      HostConfig: {
        PortBindings: {
          '90/udp': [{ HostIp: '127.0.0.1', HostPort: '8080' }],
          '91/udp': [{ HostIp: '127.0.0.1', HostPort: '8081' }],
        },
      },
    },
  ],
  [
    ['-p', '7000-7002:80', '-p', '80', 'a'],
    {
      HostConfig: {
        PortBindings: {
          '80/tcp': [
            { HostIp: '', HostPort: '7000-7002' },
            { HostIp: '', HostPort: '' },
          ],
        },
      },
    },
  ],
  [
    ['-p', 'target=80,published=8080,protocol=udp', 'a'],
    { HostConfig: { PortBindings: { '80/udp': [{ HostIp: '', HostPort: '8080' }] } } },
  ],
  [
    ['-m', '100m', '--cpus', '1.5', '--memory-swap', '-1', '--pids-limit', '5', 'a'],
    { HostConfig: { Memory: 104857600, NanoCpus: 1500000000, MemorySwap: -1, PidsLimit: 5 } },
  ],
  [
    ['--restart', 'on-failure:3', '--init', '--read-only', '--tmpfs', '/t:size=1m', 'a'],
    {
      HostConfig: {
        RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
        Init: true,
        ReadonlyRootfs: true,
        Tmpfs: { '/t': 'size=1m' },
      },
    },
  ],
  [
    ['--network', 'n1', '--network-alias', 'al', '--ip', '1.2.3.4', 'a'],
    {
      HostConfig: { NetworkMode: 'n1' },
      NetworkingConfig: { EndpointsConfig: { n1: { IPAMConfig: { IPv4Address: '1.2.3.4' }, Aliases: ['al'] } } },
    },
  ],
  [
    ['--network', 'name=b,alias=c,ip=1.1.1.1', '--network', 'd', 'a'],
    {
      HostConfig: { NetworkMode: 'b' },
      NetworkingConfig: { EndpointsConfig: { b: { IPAMConfig: { IPv4Address: '1.1.1.1' }, Aliases: ['c'] }, d: {} } },
    },
  ],
  [
    ['--mount', 'type=bind,src=/a,dst=/b,readonly', '--mount', 'type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1777', 'a'],
    {
      HostConfig: {
        Mounts: [
          { Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true },
          { Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 1048576, Mode: 1023 } },
        ],
      },
    },
  ],
  [
    ['--health-cmd', 'x y', '--health-interval', '3s', '--health-retries', '2', 'a'],
    { Healthcheck: { Test: ['CMD-SHELL', 'x y'], Interval: 3000000000, Retries: 2 } },
  ],
  [['--no-healthcheck', '--entrypoint', '', 'a'], { Healthcheck: { Test: ['NONE'] }, Entrypoint: [''] }],
  [
    ['--ulimit', 'nofile=1:2', '--cap-add', 'net_admin', '--privileged', '--label', 'a=b', 'a'],
    {
      Labels: { a: 'b' },
      HostConfig: { Ulimits: [{ Name: 'nofile', Hard: 2, Soft: 1 }], CapAdd: ['CAP_NET_ADMIN'], Privileged: true },
    },
  ],
  [
    ['--add-host', 'h=host-gateway', '--dns', '1.1.1.1', '--device', '/dev/b:/dev/c:r', 'a'],
    {
      HostConfig: {
        ExtraHosts: ['h:host-gateway'],
        Dns: ['1.1.1.1'],
        Devices: [{ PathOnHost: '/dev/b', PathInContainer: '/dev/c', CgroupPermissions: 'r' }],
      },
    },
  ],
  [
    ['-v', ':', '-v', 'a:/b', '-v', 'a:b:c:d', '-v', 'x:/y:ro', 'a'],
    { Volumes: { ':': {}, 'a:/b': {} }, HostConfig: { Binds: ['a:b:c:d', 'x:/y:ro'] } },
  ],
  [['a', '-it', '--foo'], { Image: 'a', Cmd: ['-it', '--foo'], Tty: false }],
]

describe('docker create', () => {
  it.each(BODIES)('%j', async (argv, body) => {
    expect((await create(...argv)).body).toMatchObject(body)
  })

  it('sends name and platform in the query', async () => {
    expect((await create('--name', 'n', '--platform', 'linux/amd64', 'a')).query).toEqual({
      name: 'n',
      platform: 'linux/amd64',
    })
  })

  const refused: [string[], string][] = [
    [['--rm', '--restart', 'always', 'a'], 'conflicting options: cannot specify both --restart and --rm'],
    [['--network-alias', 'x', 'a'], 'network-scoped aliases are only supported for user-defined networks'],
    [['--device', 'a', 'b'], 'a is not an absolute path'],
    [['--device', 'a:b:c', 'b'], 'bad mode specified: c'],
    [['--storage-opt', 'x', 'a'], 'invalid storage option'],
    [
      ['--expose', 'abc', 'a'],
      'invalid range format for --expose: abc, error: strconv.ParseUint: parsing "abc": invalid syntax',
    ],
    [['--env-file', 'gone.env', 'a'], 'open gone.env: no such file or directory'],
  ]
  it.each(refused)('%j is refused', async (argv, problem) => {
    const { run } = await create(...argv)
    expect([run.status, run.stderr]).toEqual([
      125,
      `docker: ${problem}\n\nRun 'docker create --help' for more information\n`,
    ])
  })
})
