// Command lines for tools/record-swarm.mjs: a line, or with files in the working directory and standard input.
import { creates, IMAGE, updates, wrongCreates } from './swarm-service-cases.mjs'

const list = (noun, fields) =>
  [
    '',
    '-q',
    '--format json',
    `--format '${fields}'`,
    `--format 'table ${fields.replaceAll(' ', '\\t')}'`,
    '--format {{.Nope}}',
    '-f nosuch',
  ].map((flags) => `${noun} ${flags}`)

const reads = [
  ...list('service ls', '{{.ID}} {{.Name}} {{.Mode}} {{.Replicas}} {{.Image}} {{.Ports}}'),
  'service ls -f name=web -f mode=global -f label=a=1',
  ...list(
    'service ps web',
    '{{.ID}} {{.Name}} {{.Image}} {{.Node}} {{.DesiredState}} {{.CurrentState}} {{.Error}} {{.Ports}}',
  ),
  'service ps --no-trunc web',
  'service ps --no-resolve web',
  'service ps --no-resolve --no-trunc -q web',
  'service ps -f desired-state=running -f node=node1 web',
  'service ps -f node=self web',
  'service ps nosuch',
  'service ps web nosuch',
  'service ps web web10',
  'service inspect web',
  'service inspect web nosuch',
  'service inspect --pretty web',
  'service inspect --pretty full',
  'service inspect --pretty glob job',
  'service inspect --pretty -f {{.ID}} web',
  'service inspect -f {{.Spec.Name}} web glob',
  "service inspect -f '{{json .Spec.EndpointSpec}} {{.Spec.Mode.Replicated.Replicas}} {{len .Spec.TaskTemplate.ContainerSpec.Env}}' web",
  "service inspect -f '{{.CreatedAt}} {{.Version.Index}}' web",
  'service inspect -f {{.Nope}} web',
  'service inspect -f pretty web',
  ...list(
    'node ls',
    '{{.ID}} {{.Self}} {{.Hostname}} {{.Status}} {{.Availability}} {{.ManagerStatus}} {{.EngineVersion}} {{.TLSStatus}}',
  ),
  'node ls -f role=manager -f membership=accepted',
  ...list('node ps', '{{.ID}} {{.Name}} {{.Node}} {{.CurrentState}}'),
  'node ps self',
  'node ps node1 node2',
  'node ps nosuch',
  'node ps --no-trunc --no-resolve node1',
  'node inspect self',
  'node inspect --pretty self',
  'node inspect --pretty node1 node2',
  'node inspect --pretty -f {{.ID}} node1',
  "node inspect -f '{{.Spec.Role}} {{.Status.State}} {{.Description.Hostname}}' node1 node2",
  'node inspect nosuch',
  ...list('secret ls', '{{.ID}} {{.Name}} {{.Driver}} {{.CreatedAt}} {{.UpdatedAt}} {{.Labels}}'),
  'secret ls --format \'{{.Label "owner"}}\'',
  'secret ls -f name=pw',
  'secret inspect pw',
  'secret inspect --pretty pw key',
  'secret inspect --pretty -f x pw',
  "secret inspect -f '{{.Spec.Name}} {{.CreatedAt}}' pw",
  'secret inspect nosuch',
  ...list('config ls', '{{.ID}} {{.Name}} {{.CreatedAt}} {{.UpdatedAt}} {{.Labels}}'),
  'config ls -f name=cfg',
  'config inspect cfg',
  'config inspect --pretty cfg',
  'config inspect --pretty -f x cfg',
  'config inspect -f \'{{printf "%s" .Spec.Data}}\' cfg',
  "config inspect -f '{{json .Spec.Data}}' cfg",
  'config inspect nosuch',
  ...[
    '',
    '--format json',
    "--format '{{.Name}} {{.Services}} {{.Orchestrator}} {{.Namespace}}'",
    '--format "table {{.Name}}"',
  ].map((flags) => `stack ls ${flags}`),
  ...list('stack services st', '{{.ID}} {{.Name}} {{.Mode}} {{.Replicas}} {{.Image}} {{.Ports}}'),
  'stack services -f name=x st',
  'stack services new',
  'stack services _bad.',
  ...list(
    'stack ps st',
    '{{.ID}} {{.Name}} {{.Image}} {{.Node}} {{.DesiredState}} {{.CurrentState}} {{.Error}} {{.Ports}}',
  ),
  'stack ps --no-trunc st',
  'stack ps --no-resolve st',
  'stack ps new',
  'service logs web',
  'service logs --raw web',
  'service logs --no-task-ids web',
  'service logs --no-trunc web',
  'service logs --no-resolve web',
  'service logs --details web',
  'service logs -t --tail 5 --since 2020-01-02T00:00:00 glob',
  'service logs -f web',
  'service logs --raw --details web',
  'service logs tw1',
  'service logs tw10000000000000000000000',
  'service logs nosuch',
  'inspect --type service web',
  'inspect --type node node1',
  'inspect --type task tw10000000000000000000000',
  'inspect --type secret pw',
  'inspect --type config cfg',
  'inspect --type service nosuch',
]

const writes = [
  'service rm web',
  'service rm web nosuch glob',
  'service scale -d web=5',
  'service scale -d web=5 full=2',
  'service scale -d glob=5',
  'service scale -d job=9',
  'service scale -d nosuch=1',
  'service scale web',
  'service scale web=x',
  'service scale web=-1',
  'service rollback -d web',
  'service rollback -d nosuch',
  'service rollback -d -q web',
  'node update --availability drain node1',
  'node update --role worker --label-add a=1 --label-add b --label-rm zone node1',
  'node update --role nosuch node1',
  'node update --availability nosuch node1',
  'node update --label-rm nosuch node1',
  'node update node1',
  'node update --availability active nosuch',
  'node promote node1 node2',
  'node promote nosuch',
  'node demote node1',
  'node demote node2',
  'node rm node2',
  'node rm -f node2 nosuch node1',
  { line: 'secret create pw2 -', stdin: 's3cret' },
  { line: 'secret create -l a=1 -l b --template-driver golang pw2 file.txt', files: { 'file.txt': 'from file\n' } },
  'secret create pw2 nosuch.txt',
  'secret create -d vault pw2',
  { line: 'secret create -d vault pw2 -', stdin: 'x' },
  'secret create pw2',
  'secret create pw2 -',
  { line: 'config create cfg2 empty.txt', files: { 'empty.txt': '' } },
  { line: 'secret create -l =x pw2 -', stdin: 'x' },
  { line: 'config create cfg2 -', stdin: 'conf\n' },
  { line: 'config create -l a=1 --template-driver golang cfg2 file.txt', files: { 'file.txt': 'x\u00e9\n' } },
  'config create cfg2 nosuch.txt',
  'config create cfg2',
  'secret rm pw nosuch',
  'config rm cfg nosuch',
  'swarm init',
  'swarm init --advertise-addr 192.168.0.8 --listen-addr 0.0.0.0:2400 --autolock',
  'swarm init --availability drain --cert-expiry 48h --dispatcher-heartbeat 10s --task-history-limit 3 --max-snapshots 2 --snapshot-interval 5',
  'swarm init --data-path-addr eth0 --data-path-port 7777 --default-addr-pool 10.20.0.0/16 --default-addr-pool 10.30.0.0/16 --default-addr-pool-mask-length 26 --force-new-cluster',
  'swarm init --external-ca protocol=cfssl,url=https://x',
  'swarm init --external-ca protocol=nosuch,url=x',
  'swarm init --external-ca x',
  'swarm init --availability nosuch',
  'swarm init --default-addr-pool x',
  'swarm init --data-path-port x',
  'swarm init --listen-addr ""',
  'swarm join --token T 192.168.0.8:2377',
  'swarm join --token T --advertise-addr eth0 --listen-addr 0.0.0.0:1 --availability pause --data-path-addr 1.2.3.4 192.168.0.8:2377',
  'swarm join --token T --availability nosuch 192.168.0.8:2377',
  'swarm join-token worker',
  'swarm join-token manager',
  'swarm join-token -q worker',
  'swarm join-token --rotate worker',
  'swarm join-token --rotate -q manager',
  'swarm join-token nosuch',
  'swarm leave',
  'swarm leave -f',
  'swarm unlock-key',
  'swarm unlock-key -q',
  'swarm unlock-key --rotate',
  'swarm unlock-key --rotate -q',
  { line: 'swarm unlock', stdin: 'SWMKEY-1-abc\n' },
  'swarm update',
  'swarm update --autolock',
  'swarm update --task-history-limit 10 --cert-expiry 1h --dispatcher-heartbeat 3s --max-snapshots 1 --snapshot-interval 100',
  'swarm update --external-ca protocol=cfssl,url=https://x,a=b',
  'swarm ca',
  'swarm ca --quiet',
  'swarm ca --cert-expiry 1h',
  'swarm ca --rotate -d',
  'swarm ca --rotate -d --cert-expiry 48h',
  'swarm ca --rotate -d --ca-key nosuch.pem',
  'network create -d overlay --attachable new',
  'network create -d overlay --subnet 10.9.0.0/24 --gateway 10.9.0.1 --opt encrypted --internal --label a=b new',
  'network create -d overlay --ingress --subnet 10.11.0.0/16 my-ingress',
  'network create --scope swarm -d macvlan --config-from x new',
  'stack rm st',
  'stack rm new',
  'stack rm st new',
  'stack rm _bad.',
]

const yaml = (line, text, files = {}) => ({
  line: `stack ${line}`,
  stdin: text,
  files: { 'stack.yml': text, ...files },
})
const V3 = 'version: "3.8"\n'
const deploys = [
  yaml(
    'deploy -c stack.yml new',
    'services:\n  web:\n    image: busybox\n    command: sleep 1000\n    deploy:\n      replicas: 2\n',
  ),
  yaml(
    'deploy -d -c - new',
    `${V3}services:\n  web:\n    image: nginx:alpine\n    ports:\n      - "8080:80"\n      - target: 53\n        published: 53\n        protocol: udp\n        mode: host\n`,
  ),
  yaml(
    'deploy --detach=true -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    build: .\n    links: [db]\n    container_name: x\n    restart: always\n    depends_on: [db]\n  db:\n    image: busybox\n    expose: ["5432"]\n    privileged: true\n`,
  ),
  yaml(
    'deploy -d -c stack.yml new',
    `version: "3.13"
services:
  web:
    image: "busybox:\${TAG:-1}"
    entrypoint: sh -c
    command: ["echo", "$$HOME \${EMPTY:-none}"]
    environment:
      A: 1
      B: "two"
      C:
      TAG:
    labels: {in: x}
    hostname: h1
    user: "33"
    working_dir: /w
    stdin_open: true
    tty: true
    read_only: true
    init: true
    stop_grace_period: 1m30s
    stop_signal: SIGINT
    cap_add: [NET_ADMIN]
    cap_drop: [ALL]
    sysctls: ["net.core.somaxconn=1"]
    dns: 8.8.8.8
    dns_search: [a.org, b.org]
    extra_hosts: ["db:10.0.0.1", "b:10.0.0.2"]
    ulimits:
      nproc: 5
      nofile: {soft: 1, hard: 2}
    healthcheck:
      test: curl -f http://localhost
      interval: 10s
      timeout: 3s
      retries: 5
      start_period: 1m
    logging:
      driver: json-file
      options: {max-size: 1m}
    isolation: default
    deploy:
      mode: replicated
      replicas: 3
      endpoint_mode: dnsrr
      labels: {out: y}
      update_config: {parallelism: 2, delay: 10s, failure_action: rollback, monitor: 60s, max_failure_ratio: 0.3, order: start-first}
      rollback_config: {parallelism: 0, delay: 5s, order: stop-first}
      resources:
        limits: {cpus: "0.50", memory: 50M, pids: 10}
        reservations:
          cpus: "0.25"
          memory: 20M
          generic_resources:
            - discrete_resource_spec: {kind: gpu, value: 2}
      restart_policy: {condition: on-failure, delay: 5s, max_attempts: 3, window: 120s}
      placement:
        constraints: [node.role == manager]
        preferences: [{spread: node.labels.zone}]
        max_replicas_per_node: 4
`,
  ),
  yaml(
    'deploy -d -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    deploy: {mode: global}\n    networks: [front, back]\nnetworks:\n  front:\n    driver: overlay\n    attachable: true\n    internal: true\n    labels: {a: b}\n    driver_opts: {encrypted: ""}\n    ipam:\n      driver: default\n      config: [{subnet: 10.7.0.0/24}]\n  back:\n    external: true\n    name: mesh\n  unused: {}\n`,
  ),
  yaml(
    'deploy -d -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    networks:\n      default: {aliases: [w, x]}\n      other:\nnetworks:\n  other:\n    external:\n      name: other\n`,
  ),
  yaml(
    'deploy -d -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    networks: [local]\nnetworks:\n  local:\n    external: {name: localnet}\n`,
  ),
  yaml(
    'deploy -d -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    networks: [gone]\nnetworks:\n  gone:\n    external: {name: nosuch}\n`,
  ),
  yaml('deploy -d -c stack.yml new', `${V3}services:\n  web:\n    image: busybox\n    network_mode: host\n`),
  yaml(
    'deploy -d -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    secrets:\n      - pw\n      - source: token\n        target: /t\n        uid: "3"\n        mode: 0400\n    configs:\n      - site\nsecrets:\n  pw:\n    external: true\n  token:\n    file: ./token.txt\nconfigs:\n  site:\n    file: site.conf\n    labels: {a: b}\n`,
    { 'token.txt': 'tok', 'site.conf': 'conf' },
  ),
  yaml(
    'deploy -d -c stack.yml st',
    `${V3}services:\n  web:\n    image: busybox\n    secrets: [token]\n    configs: [site]\nsecrets:\n  token:\n    file: ./token.txt\nconfigs:\n  site:\n    file: site.conf\n`,
    { 'token.txt': 'tok', 'site.conf': 'conf' },
  ),
  yaml(
    'deploy -d -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    secrets: [x]\nsecrets:\n  x:\n    external: true\n    name: nosuch\n`,
  ),
  yaml(
    'deploy -d -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    configs: [x]\nconfigs:\n  x:\n    file: gone.txt\n`,
  ),
  yaml(
    'deploy -d -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    volumes:\n      - data:/data\n      - /etc:/host:ro\n      - ./sub:/sub\n      - /anon\n      - type: tmpfs\n        target: /t\n        tmpfs: {size: 1000000}\n      - type: volume\n        source: named\n        target: /n\n        read_only: true\n        volume: {nocopy: true}\nvolumes:\n  data:\n    driver: local\n    driver_opts: {type: nfs}\n    labels: {a: b}\n  named:\n    external: true\n    name: real\n`,
  ),
  yaml('deploy -d -c stack.yml full', `${V3}services:\n  full:\n    image: busybox\n`),
  yaml('deploy -d -c stack.yml st', `${V3}services:\n  web:\n    image: busybox\n`),
  yaml('deploy -d --prune -c stack.yml st', `${V3}services:\n  web:\n    image: busybox\n`),
  yaml('deploy -d --resolve-image never -c stack.yml new', `${V3}services:\n  web:\n    image: busybox\n`),
  yaml('deploy --resolve-image nosuch -c stack.yml new', `${V3}services:\n  web:\n    image: busybox\n`),
  yaml('deploy -d --with-registry-auth -c stack.yml new', `${V3}services:\n  web:\n    image: busybox\n`),
  yaml(
    'deploy -d -c stack.yml -c more.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    environment: [A=1, B=2]\n    ports: ["80:80"]\n    deploy: {replicas: 2, labels: {a: b}}\n`,
    {
      'more.yml': `${V3}services:\n  web:\n    command: top\n    environment: {B: 3, C: 4}\n    ports: ["443:443"]\n    deploy: {replicas: 5, labels: {c: d}}\n`,
    },
  ),
  yaml(
    'deploy -d -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    env_file: [a.env, b.env]\n    environment: {A: over}\n    credential_spec: {file: x.json}\n    userns_mode: host\n`,
    { 'a.env': 'A=1\nX=1\n', 'b.env': 'X=2\n# c\nTAG\n' },
  ),
  yaml(
    'deploy -d -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    deploy: {mode: replicated-job, replicas: 3}\n`,
  ),
  yaml('deploy -d -c stack.yml new', `${V3}services:\n  web:\n    image: busybox\n    deploy: {mode: nosuch}\n`),
  yaml(
    'deploy -d -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    deploy: {mode: global, replicas: 3}\n`,
  ),
  yaml(
    'deploy -d -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    healthcheck: {disable: true}\n    ports: ["3000-3002:80-82/udp"]\n    x-foo: bar\nx-bar: {a: 1}\n`,
  ),
  yaml('deploy -d -c stack.yml new', `${V3}services:\n  web:\n    image: busybox\n    nosuch: 1\n`),
  yaml('deploy -d -c stack.yml new', `${V3}services:\n  web:\n    image: [1]\n`),
  yaml('deploy -d -c stack.yml new', `${V3}services:\n  web:\n    image: busybox\n    ports: [a]\n`),
  yaml('deploy -d -c stack.yml new', `${V3}services:\n  web:\n    image: "\${BAD"\n`),
  yaml('deploy -d -c stack.yml new', `${V3}services:\n  web:\n    image: "\${BAD:?must be set}"\n`),
  yaml('deploy -d -c stack.yml new', `${V3}services:\n  web:\n    image: "busybox:\${UNSET}"\n`),
  yaml('deploy -d -c stack.yml new', 'version: "2"\nservices:\n  web:\n    image: busybox\n'),
  yaml('deploy -d -c stack.yml new', 'version: "3.99"\nservices:\n  web:\n    image: busybox\n'),
  yaml('deploy -d -c stack.yml new', 'version: 3\nservices:\n  web:\n    image: busybox\n'),
  yaml('deploy -d -c stack.yml new', 'web:\n  image: busybox\n'),
  yaml('deploy -d -c stack.yml new', 'services:\n\tweb: x\n'),
  yaml('deploy -d -c stack.yml new', ''),
  yaml('deploy -d -c stack.yml new', 'services:\n  web:\n    build: .\n'),
  yaml('deploy -d -c stack.yml new', 'name: x\nservices:\n  web:\n    image: busybox\n'),
  yaml('deploy -d -c stack.yml new', `${V3}services:\n  web:\n    image: busybox\n    networks: [undef]\n`),
  yaml('deploy -d -c stack.yml new', `${V3}services:\n  web:\n    image: busybox\n    secrets: [undef]\n`),
  yaml('deploy -d -c stack.yml new', `${V3}services:\n  web:\n    image: busybox\n    volumes: ["undef:/x"]\n`),
  yaml(
    'deploy -d -c stack.yml new',
    `${V3}services:\n  web:\n    image: busybox\n    mem_limit: 1g\n    cpuset: "0"\n    volume_driver: x\n`,
  ),
  yaml(
    'deploy -d -c stack.yml new',
    `services:\n  web:\n    image: busybox\n    pid: host\n    ipc: host\n    security_opt: [a]\n    tmpfs: /tmp\n    shm_size: 1m\n    devices: ["/dev/a:/dev/b"]\n    cgroup_parent: x\n    mac_address: x\n    domainname: d\n`,
  ),
  yaml('deploy -c nosuch.yml new', ''),
  yaml('deploy new', ''),
  yaml('deploy -c stack.yml "a b"', 'services: {}\n'),
  yaml(
    'config -c stack.yml',
    `${V3}services:\n  web:\n    image: "busybox:\${TAG}"\n    command: sleep 10\n    ports: ["80:80"]\n    environment: [A=1, B]\n    volumes: ["data:/d", "./x:/y:ro"]\n    deploy: {replicas: 2, resources: {limits: {cpus: "0.5", memory: 50M}}}\n    networks: [front]\n    healthcheck: {test: [CMD, a], interval: 1m30s}\n    ulimits: {nproc: 5}\n    labels: [a=b]\n    secrets: [s]\n    x-y: z\nnetworks:\n  front:\n    driver: overlay\nvolumes:\n  data: {}\nsecrets:\n  s: {external: true}\nx-top: 1\n`,
  ),
  yaml('config --skip-interpolation -c stack.yml', `${V3}services:\n  web:\n    image: "busybox:\${TAG}"\n`),
  yaml('config -c -', 'services:\n  web:\n    image: busybox\n'),
  yaml('config -c stack.yml -c more.yml', 'services:\n  web:\n    image: busybox\n    environment: {A: "1"}\n', {
    'more.yml': 'services:\n  db:\n    image: pg\n  web:\n    environment: {B: "2"}\n',
  }),
  yaml('config', ''),
]

const completions = [
  'service ps ""',
  'service logs ""',
  'service rm web ""',
  'service rollback ""',
  'service rollback web ""',
  'service scale ""',
  'service scale web=1 ""',
  'service update ""',
  'service update web ""',
  'service create ""',
  'service create --mode ""',
  'service create --network ""',
  'service create --secret ""',
  'service create --update-order ""',
  'service create --restart-condition ""',
  'service update --update-failure-action ""',
  'node inspect ""',
  'node update ""',
  'node update --role ""',
  'node update --availability ""',
  'node ls ""',
  'secret inspect ""',
  'secret rm ""',
  'secret create ""',
  'secret create x ""',
  'secret ls ""',
  'config inspect ""',
  'config rm ""',
  'config create x ""',
  'stack deploy ""',
  'stack deploy x ""',
  'stack deploy -c ""',
  'stack rm ""',
  'stack ps ""',
  'stack ps st ""',
  'stack services ""',
  'swarm join-token ""',
  'swarm join-token worker ""',
  'swarm init --availability ""',
  'swarm leave ""',
  'swarm join ""',
].map((line) => `__complete ${line}`)

/** These wait until a service has converged. */
const waiting = [
  `service create ${IMAGE}`,
  `service create -q ${IMAGE}`,
  'service update --force web',
  'service update --force glob',
  'service scale web=2',
  'service rollback web',
  'service update --env-add A=1 job',
]

export const cases = [
  ...creates.map((flags) => ({
    line: `service create -d ${flags} ${IMAGE}`,
    files: { 'vars.env': '# c\nF=1\nTAG\n\nG=a b\n' },
  })),
  ...wrongCreates.map((flags) => `service create ${flags} ${IMAGE}`),
  'service create',
  'service create -d Busybox',
  ...updates.map((rest) => `service update -d ${rest}`),
  ...reads,
  ...writes,
  ...deploys,
  ...completions,
  'system info -f {{.Swarm.Cluster.ID}}',
  ...waiting,
]
