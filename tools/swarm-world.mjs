// Answers of an engine in a swarm of two nodes, for tools/record-swarm.mjs. The times are long ago, so that ages stay what they are.
const at = (second) => `2020-03-01T10:00:${String(second).padStart(2, '0')}.123456789Z`
const object = (ID, Index, second = Index % 60) => ({
  ID,
  Version: { Index },
  CreatedAt: at(second),
  UpdatedAt: at(second),
})
const NODES = ['n1aaaaaaaaaaaaaaaaaaaaaaaa', 'n2bbbbbbbbbbbbbbbbbbbbbbbb']
const MESH = 'ne1mesh111111111111111111'
const OTHER = 'ne2other22222222222222222'
const PEM = '-----BEGIN CERTIFICATE-----\nMIIBazCC\n-----END CERTIFICATE-----\n'

const tls = {
  TrustRoot: PEM,
  CertIssuerSubject: 'MBMxETAPBgNVBAMTCHN3YXJtLWNh',
  CertIssuerPublicKey: 'MFkwEwYHKoZIzj0C',
}
const node = (i, Hostname, more) => ({
  ...object(NODES[i], 9 + i),
  Spec: {
    Labels: i === 0 ? { zone: 'east', disk: 'ssd' } : {},
    Role: i === 0 ? 'manager' : 'worker',
    Availability: i === 0 ? 'active' : 'drain',
  },
  Description: {
    Hostname,
    Platform: { Architecture: 'x86_64', OS: 'linux' },
    Resources: { NanoCPUs: 2000000000, MemoryBytes: 4101185536 },
    Engine: {
      EngineVersion: '28.2.2',
      Labels: { storage: 'fast' },
      Plugins: [
        { Type: 'Log', Name: 'json-file' },
        { Type: 'Log', Name: 'none' },
        { Type: 'Network', Name: 'bridge' },
        { Type: 'Network', Name: 'overlay' },
        { Type: 'Volume', Name: 'local' },
      ],
    },
    TLSInfo: tls,
  },
  Status: {
    State: i === 0 ? 'ready' : 'down',
    Addr: `192.168.0.${8 - i}`,
    ...(i === 1 ? { Message: 'heartbeat failure' } : {}),
  },
  ...more,
})
const nodes = [
  node(0, 'node1', { ManagerStatus: { Leader: true, Reachability: 'reachable', Addr: '192.168.0.8:2377' } }),
  node(1, 'node2', {}),
]

const endpoint = (Ports) => ({
  Spec: { Mode: 'vip', ...(Ports ? { Ports } : {}) },
  ...(Ports ? { Ports } : {}),
  VirtualIPs: [{ NetworkID: MESH, Addr: '10.0.1.2/24' }],
})
const web = {
  ...object('sv1web1111111111111111111', 21),
  Spec: {
    Name: 'web',
    Labels: { tier: 'front' },
    TaskTemplate: {
      ContainerSpec: {
        Image: 'nginx:alpine@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
        Args: ['nginx', '-g', 'daemon off;'],
        Env: ['A=1', 'B=two'],
        Init: false,
        StopGracePeriod: 10000000000,
        DNSConfig: {},
        Isolation: 'default',
      },
      Resources: { Limits: {}, Reservations: {} },
      RestartPolicy: { Condition: 'any', Delay: 5000000000, MaxAttempts: 0 },
      Placement: { Platforms: [{ Architecture: 'amd64', OS: 'linux' }] },
      ForceUpdate: 0,
      Runtime: 'container',
    },
    Mode: { Replicated: { Replicas: 2 } },
    UpdateConfig: { Parallelism: 1, FailureAction: 'pause', Monitor: 1000000, MaxFailureRatio: 0, Order: 'stop-first' },
    EndpointSpec: {
      Mode: 'vip',
      Ports: [{ Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'ingress' }],
    },
  },
  PreviousSpec: {
    Name: 'web',
    Labels: {},
    TaskTemplate: { ContainerSpec: { Image: 'nginx:1' }, ForceUpdate: 0 },
    Mode: { Replicated: { Replicas: 1 } },
  },
  Endpoint: endpoint([{ Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'ingress' }]),
}
const file = (Name, Mode = 0o444) => ({ Name, UID: '0', GID: '0', Mode })
const full = {
  ...object('sv2full222222222222222222', 22),
  Spec: {
    Name: 'full',
    Labels: { a: '1', b: '2', 'com.docker.stack.namespace': 'st' },
    TaskTemplate: {
      ContainerSpec: {
        Image: 'busybox:latest',
        Labels: { inner: 'x' },
        Command: ['sh', '-c'],
        Args: ['sleep 1000'],
        Hostname: 'h1',
        Env: ['ONE=1', 'TWO=2'],
        Dir: '/srv',
        User: 'www:www',
        Groups: ['g1', 'g2'],
        Privileges: { CredentialSpec: null, SELinuxContext: null },
        Init: true,
        StopSignal: 'SIGQUIT',
        TTY: true,
        ReadOnly: true,
        Mounts: [
          { Type: 'volume', Source: 'data', Target: '/data' },
          { Type: 'bind', Source: '/etc', Target: '/host/etc', ReadOnly: true },
        ],
        StopGracePeriod: 30000000000,
        Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 10000000000, Timeout: 2000000000, Retries: 3 },
        Hosts: ['10.0.0.1 db db2', '10.0.0.2 cache'],
        DNSConfig: { Nameservers: ['8.8.8.8', '1.1.1.1'], Search: ['example.org'], Options: ['ndots:2'] },
        Secrets: [{ File: file('pw'), SecretID: 'se1pw11111111111111111111', SecretName: 'pw' }],
        Configs: [{ File: file('/cfg', 0o400), ConfigID: 'co1cfg1111111111111111111', ConfigName: 'cfg' }],
        Isolation: 'default',
        Sysctls: { 'net.core.somaxconn': '1024' },
        CapabilityAdd: ['CAP_NET_ADMIN'],
        CapabilityDrop: ['CAP_CHOWN'],
        Ulimits: [{ Name: 'nofile', Hard: 2048, Soft: 1024 }],
      },
      Resources: {
        Limits: { NanoCPUs: 500000000, MemoryBytes: 67108864, Pids: 100 },
        Reservations: {
          NanoCPUs: 250000000,
          MemoryBytes: 33554432,
          GenericResources: [{ DiscreteResourceSpec: { Kind: 'GPU', Value: 2 } }],
        },
      },
      RestartPolicy: { Condition: 'on-failure', Delay: 7000000000, MaxAttempts: 3, Window: 60000000000 },
      Placement: {
        Constraints: ['node.role==manager', 'node.labels.zone==east'],
        Preferences: [{ Spread: { SpreadDescriptor: 'node.labels.zone' } }],
        MaxReplicas: 2,
      },
      Networks: [{ Target: MESH, Aliases: ['f'] }],
      LogDriver: { Name: 'json-file', Options: { 'max-size': '1m' } },
      ForceUpdate: 3,
      Runtime: 'container',
    },
    Mode: { Replicated: { Replicas: 3 } },
    UpdateConfig: {
      Parallelism: 2,
      Delay: 1000000000,
      FailureAction: 'rollback',
      Monitor: 1000000,
      MaxFailureRatio: 0.25,
      Order: 'start-first',
    },
    RollbackConfig: {
      Parallelism: 0,
      Delay: 2000000000,
      FailureAction: 'continue',
      Monitor: 2000000,
      MaxFailureRatio: 0.5,
      Order: 'stop-first',
    },
    EndpointSpec: {
      Mode: 'vip',
      Ports: [
        { Protocol: 'tcp', TargetPort: 80, PublishedPort: 8081, PublishMode: 'ingress' },
        { Protocol: 'udp', TargetPort: 53, PublishedPort: 53, PublishMode: 'host' },
      ],
    },
  },
  Endpoint: endpoint([
    { Protocol: 'tcp', TargetPort: 80, PublishedPort: 8081, PublishMode: 'ingress' },
    { Protocol: 'udp', TargetPort: 53, PublishedPort: 53, PublishMode: 'host' },
  ]),
  UpdateStatus: {
    State: 'paused',
    StartedAt: at(1),
    Message: 'update paused due to failure or early termination of task x',
  },
}
const glob = {
  ...object('sv3glob333333333333333333', 23),
  Spec: {
    Name: 'glob',
    Labels: {},
    TaskTemplate: { ContainerSpec: { Image: 'busybox:latest' }, Networks: [{ Target: MESH }], ForceUpdate: 0 },
    Mode: { Global: {} },
    UpdateConfig: { Parallelism: 1, Monitor: 300000000, MaxFailureRatio: 0, Order: 'stop-first' },
    EndpointSpec: { Mode: 'dnsrr' },
  },
  Endpoint: { Spec: { Mode: 'dnsrr' } },
}
const job = {
  ...object('sv4job4444444444444444444', 24),
  Spec: {
    Name: 'job',
    Labels: {},
    TaskTemplate: { ContainerSpec: { Image: 'busybox:latest', Args: ['true'] }, ForceUpdate: 0 },
    Mode: { ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 4 } },
    EndpointSpec: { Mode: 'vip' },
  },
  Endpoint: { Spec: {} },
  JobStatus: { JobIteration: { Index: 5 }, LastExecution: at(30) },
}
const web10 = {
  ...glob,
  ...object('sv5web5555555555555555555', 25),
  Spec: { ...web.Spec, Name: 'web10', Labels: {} },
  Endpoint: {},
}
const counts = { web: [2, 2, 0], full: [1, 3, 0], glob: [1, 1, 0], job: [1, 2, 3], web10: [0, 2, 0] }
const counted = (service) => {
  const [RunningTasks, DesiredTasks, CompletedTasks] = counts[service.Spec.Name]
  return { ...service, ServiceStatus: { RunningTasks, DesiredTasks, CompletedTasks } }
}
const services = [web10, web, full, glob, job]

const task = (id, service, Slot, NodeIndex, State, DesiredState, more = {}, status = {}) => ({
  ...object(`${id}`.padEnd(25, '0'), 40 + Slot, 10 + Slot),
  Labels: {},
  Spec: { ...service.Spec.TaskTemplate },
  ServiceID: service.ID,
  ...(Slot > 0 ? { Slot } : {}),
  NodeID: NODES[NodeIndex],
  Status: {
    Timestamp: at(20 + Slot),
    State,
    Message: State === 'running' ? 'started' : State,
    ...(State === 'running' ? { ContainerStatus: { ContainerID: 'c'.repeat(64), PID: 99, ExitCode: 0 } } : {}),
    ...status,
    PortStatus: status.PortStatus ?? {},
  },
  DesiredState,
  ...more,
})
const tasks = [
  task('tw1', web, 1, 0, 'running', 'running'),
  task(
    'tw2',
    web,
    2,
    0,
    'running',
    'running',
    {},
    {
      PortStatus: { Ports: [{ Protocol: 'tcp', TargetPort: 80, PublishedPort: 9090, PublishMode: 'host' }] },
    },
  ),
  task(
    'tw2old',
    web,
    2,
    1,
    'failed',
    'shutdown',
    {},
    {
      Err: 'task: non-zero exit (137): and a long story that does not fit',
      Timestamp: at(3),
    },
  ),
]
const fullTasks = [
  task('tf1', full, 1, 0, 'running', 'running'),
  {
    ...task(
      'tf2',
      full,
      2,
      1,
      'pending',
      'running',
      {},
      { Err: 'no suitable node (scheduling constraints not satisfied on 1 node)' },
    ),
    NodeID: undefined,
  },
]
const globTasks = [task('tg1', glob, 0, 0, 'running', 'running')]
const jobTasks = [0, 1, 2, 3].map((slot) =>
  task(`tj${slot}`, job, slot, 0, 'complete', 'complete', { Slot: slot, JobIteration: { Index: 5 } }),
)

const secret = (i, Name, more = {}) => ({
  ...object(`se${i}${Name}`.padEnd(25, String(i)), 30 + i),
  Spec: { Name, Labels: {}, ...more },
})
const secrets = [
  secret(1, 'pw', { Labels: { owner: 'me' } }),
  secret(2, 'key', { Driver: { Name: 'vault' } }),
  secret(3, 'st_token', { Labels: { 'com.docker.stack.namespace': 'st' } }),
]
const config = (i, Name, Data, more = {}) => ({
  ...object(`co${i}${Name}`.padEnd(25, String(i)), 35 + i),
  Spec: { Name, Labels: {}, Data, ...more },
})
const configs = [
  config(1, 'cfg', 'Y29uZgo=', { Labels: { owner: 'me' } }),
  config(2, 'tmpl', 'eA==', { Templating: { Name: 'golang' } }),
  config(3, 'st_site', 'eA==', { Labels: { 'com.docker.stack.namespace': 'st' } }),
]
const network = (Id, Name, Labels = {}) => ({
  Name,
  Id,
  Created: at(5),
  Scope: 'swarm',
  Driver: 'overlay',
  EnableIPv6: false,
  IPAM: { Driver: 'default', Options: null, Config: [{ Subnet: '10.0.1.0/24', Gateway: '10.0.1.1' }] },
  Internal: false,
  Attachable: true,
  Ingress: false,
  ConfigFrom: { Network: '' },
  ConfigOnly: false,
  Containers: null,
  Options: { 'com.docker.network.driver.overlay.vxlanid_list': '4097' },
  Labels,
})
const mesh = network(MESH, 'mesh')
const other = network(OTHER, 'other')
const bridge = { ...network('b'.repeat(64), 'localnet'), Scope: 'local', Driver: 'bridge' }

const SPEC = {
  Name: 'default',
  Labels: {},
  Orchestration: { TaskHistoryRetentionLimit: 5 },
  Raft: {
    SnapshotInterval: 10000,
    KeepOldSnapshots: 0,
    LogEntriesForSlowFollowers: 500,
    ElectionTick: 10,
    HeartbeatTick: 1,
  },
  Dispatcher: { HeartbeatPeriod: 5000000000 },
  CAConfig: { NodeCertExpiry: 7776000000000000 },
  TaskDefaults: {},
  EncryptionConfig: { AutoLockManagers: false },
}
const cluster = {
  ...object('cl1cluster1111111111111111', 11),
  Spec: SPEC,
  TLSInfo: tls,
  RootRotationInProgress: false,
  DefaultAddrPool: ['10.0.0.0/8'],
  SubnetSize: 24,
  DataPathPort: 4789,
}
const swarm = { ...cluster, JoinTokens: { Worker: 'SWMTKN-1-worker', Manager: 'SWMTKN-1-manager' } }
const info = {
  ID: 'ID',
  Name: 'node1',
  Swarm: {
    NodeID: NODES[0],
    NodeAddr: '192.168.0.8',
    LocalNodeState: 'active',
    ControlAvailable: true,
    Error: '',
    RemoteManagers: [{ NodeID: NODES[0], Addr: '192.168.0.8:2377' }],
    Nodes: 2,
    Managers: 1,
    Cluster: cluster,
  },
}

const frame = (text, kind = 1) => {
  const body = Buffer.from(text)
  const head = Buffer.alloc(8)
  head[0] = kind
  head.writeUInt32BE(body.length, 4)
  return Buffer.concat([head, body])
}
const context = (one) =>
  `com.docker.swarm.node.id=${one.NodeID},com.docker.swarm.service.id=${one.ServiceID},com.docker.swarm.task.id=${one.ID}`
const logs = (stamp) =>
  Buffer.concat([
    frame(`${stamp}${context(tasks[0])} hello\n`),
    frame(`${stamp}${context(tasks[1])},extra=1 to stderr\n`, 2),
  ]).toString('base64')

const missing = (message) => ({ status: 404, body: { message } })
const inspected = (noun, list, name) =>
  Object.fromEntries(list.flatMap((one) => [one.ID, name(one)].map((key) => [`GET /${noun}/${key}`, { body: one }])))
const only = (key, ...values) => JSON.stringify({ [key]: Object.fromEntries(values.map((value) => [value, true])) })
const stackLabel = 'com.docker.stack.namespace=st'
const emptyStack = ['new', 'multi', 'full'].flatMap((stack) =>
  ['services', 'networks', 'secrets', 'configs', 'tasks'].map((noun) => [
    `GET /${noun}?${only('label', `com.docker.stack.namespace=${stack}`)}`,
    { body: [] },
  ]),
)

export const world = {
  'GET /info': { body: info },
  'GET /swarm': { body: swarm },
  'POST /swarm/init': { body: NODES[0] },
  'POST /swarm/join': {},
  'POST /swarm/leave': {},
  'POST /swarm/update': {},
  'POST /swarm/unlock': {},
  'GET /swarm/unlockkey': { body: { UnlockKey: 'SWMKEY-1-abc' } },
  'GET /nodes': { body: nodes },
  ...inspected('nodes', nodes, (one) => one.Description.Hostname),
  'GET /nodes/self': { body: nodes[0] },
  'GET /nodes/nosuch': missing('node nosuch not found'),
  'DELETE /nodes/node2': {},
  'DELETE /nodes/node1': {
    status: 400,
    body: { message: 'rpc error: code = FailedPrecondition desc = node is in use' },
  },
  'DELETE /nodes/nosuch': missing('node nosuch not found'),
  ...Object.fromEntries(NODES.map((id) => [`POST /nodes/${id}/update`, {}])),
  'GET /services': { body: services.map(counted) },
  [`GET /services?${only('label', stackLabel)}`]: { body: [counted(full)] },
  [`GET /services?${only('label', 'com.docker.stack.namespace')}`]: { body: [counted(full)] },
  [`GET /services?${only('name', 'nosuch')}`]: { body: [] },
  [`GET /services?${JSON.stringify({ id: { nosuch: true }, name: { nosuch: true } })}`]: { body: [] },
  ...inspected('services', services, (one) => one.Spec.Name),
  'GET /services/nosuch': missing('service nosuch not found'),
  'POST /services/create': { status: 201, body: { ID: web.ID } },
  ...Object.fromEntries(services.map((one) => [`POST /services/${one.ID}/update`, { body: {} }])),
  [`POST /services/${glob.ID}/update`]: {
    body: { Warnings: ['image busybox:latest could not be accessed on a registry to record\nits digest.'] },
  },
  ...Object.fromEntries(
    services.flatMap((one) => [one.ID, one.Spec.Name].map((key) => [`DELETE /services/${key}`, {}])),
  ),
  'DELETE /services/nosuch': missing('service nosuch not found'),
  'GET /services/web/logs': { raw: logs('') },
  'GET /services/glob/logs': { raw: logs('2020-03-01T10:00:00.5Z ') },
  [`GET /tasks/${tasks[0].ID}/logs`]: { raw: logs('') },
  'GET /tasks': { body: tasks },
  [`GET /tasks?${JSON.stringify({ '_up-to-date': { true: true }, service: { [full.ID]: true } })}`]: {
    body: fullTasks,
  },
  [`GET /tasks?${JSON.stringify({ '_up-to-date': { true: true }, service: { [glob.ID]: true } })}`]: {
    body: globTasks,
  },
  [`GET /tasks?${JSON.stringify({ '_up-to-date': { true: true }, service: { [job.ID]: true } })}`]: { body: jobTasks },
  [`GET /tasks?${JSON.stringify({ '_up-to-date': { true: true }, service: { [web.ID]: true } })}`]: {
    body: tasks.slice(0, 2),
  },
  [`GET /tasks?${only('label', stackLabel)}`]: { body: fullTasks },
  ...inspected('tasks', tasks, (one) => one.ID),
  'GET /tasks/nosuch': missing('task nosuch not found'),
  'GET /secrets': { body: secrets },
  [`GET /secrets?${only('label', stackLabel)}`]: { body: [secrets[2]] },
  ...inspected('secrets', secrets, (one) => one.Spec.Name),
  'GET /secrets/nosuch': missing('secret nosuch not found'),
  'POST /secrets/create': { status: 201, body: { ID: 'se9new9999999999999999999' } },
  'POST /secrets/se3st_token33333333333333/update': {},
  'DELETE /secrets/pw': { status: 204 },
  'DELETE /secrets/se3st_token33333333333333': { status: 204 },
  'DELETE /secrets/nosuch': missing('secret nosuch not found'),
  'GET /configs': { body: configs },
  [`GET /configs?${only('label', stackLabel)}`]: { body: [configs[2]] },
  ...inspected('configs', configs, (one) => one.Spec.Name),
  'GET /configs/nosuch': missing('config nosuch not found'),
  'POST /configs/create': { status: 201, body: { ID: 'co9new9999999999999999999' } },
  'POST /configs/co3st_site333333333333333/update': {},
  'DELETE /configs/cfg': { status: 204 },
  'DELETE /configs/co3st_site333333333333333': { status: 204 },
  'DELETE /configs/nosuch': missing('config nosuch not found'),
  'GET /networks': { body: [bridge, mesh, other] },
  [`GET /networks?${only('label', stackLabel)}`]: {
    body: [{ ...network('ne3st33333333333333333333', 'st_default'), Labels: {} }],
  },
  ...Object.fromEntries(
    [mesh, other, bridge].flatMap((one) => [one.Id, one.Name].map((key) => [`GET /networks/${key}`, { body: one }])),
  ),
  'GET /networks/nosuch': missing('network nosuch not found'),
  'POST /networks/create': { status: 201, body: { Id: 'ne9new9999999999999999999', Warning: '' } },
  'DELETE /networks/ne3st33333333333333333333': { status: 204 },
  ...Object.fromEntries(emptyStack),
}
