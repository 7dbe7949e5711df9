import type { ExecutionConfig } from '@drydock/oci'
import { configSteps, layer, type LayerSpec, type Repository, setOf } from '../rootfs/image-spec.ts'
import { RESULT_MANIFEST, RESULT_PAGE, RESULT_SERVER } from '../voting-app/result.ts'
import { VOTE_APP, VOTE_PAGE, VOTE_REQUIREMENTS } from '../voting-app/vote.ts'
import { WORKER_MANIFEST, WORKER_PROGRAM } from '../voting-app/worker.ts'
import { node } from './node.ts'
import { python } from './python.ts'

const CREATED = '2023-09-21T14:11:03Z'
const FLASK = ['flask', 'werkzeug', 'jinja2', 'click', 'itsdangerous', 'blinker', 'markupsafe', 'redis']

interface Part {
  readonly name: string
  readonly description: string
  readonly base: Repository
  readonly baseTag: string
  readonly config: ExecutionConfig
  readonly layers: readonly { readonly by: string; readonly sizeBytes: number; readonly build: LayerSpec['build'] }[]
}

/** An application on the image of its language; its packages are those of the mirrors. */
function partRepository({ name, description, base, baseTag, config, layers }: Part): Repository {
  const [, short = name] = name.split('/')
  return {
    name,
    description,
    stars: 12,
    tags: ['latest', 'before', 'after'],
    needsPackages: true,
    image(tag) {
      const below = base.image(baseTag)
      if (!below || !this.tags.includes(tag)) return undefined
      const whole = { ...below.config, ...config, Env: [...(below.config.Env ?? []), ...(config.Env ?? [])] }
      const own = layers.map(({ by, sizeBytes, build }, index) =>
        layer(by, {
          id: `${short}/${index}`,
          compressedBytes: Math.floor(sizeBytes / 3),
          sizeBytes,
          flavour: 'gnu',
          mergedUsr: true,
          created: CREATED,
          build,
        }),
      )
      return { created: CREATED, config: whole, steps: [...below.steps, ...own, ...configSteps(CREATED, config)] }
    },
  }
}

const HOME = '/usr/local/app'

export const votingVote = partRepository({
  name: 'dockersamples/examplevotingapp_vote',
  description: 'The page to vote on, of the example voting app',
  base: python,
  baseTag: '3.11-slim',
  config: { Cmd: ['python', 'app.py'], WorkingDir: HOME, ExposedPorts: setOf('80/tcp') },
  layers: [
    {
      by: 'RUN /bin/sh -c pip install --no-cache-dir -r requirements.txt # buildkit',
      sizeBytes: 13_900_000,
      build: (tree, packages) => packages.sitePackages(tree, '/usr/local/lib/python3.11/site-packages', FLASK),
    },
    {
      by: 'COPY . . # buildkit',
      sizeBytes: 6_000,
      build: (tree) =>
        void tree
          .file(`${HOME}/app.py`, VOTE_APP)
          .file(`${HOME}/requirements.txt`, VOTE_REQUIREMENTS)
          .file(`${HOME}/templates/index.html`, VOTE_PAGE),
    },
  ],
})

export const votingResult = partRepository({
  name: 'dockersamples/examplevotingapp_result',
  description: 'The page of results, of the example voting app',
  base: node,
  baseTag: '18-slim',
  config: { Cmd: ['node', 'server.js'], Env: ['PORT=80'], WorkingDir: HOME, ExposedPorts: setOf('80/tcp') },
  layers: [
    {
      by: 'RUN /bin/sh -c npm ci && npm cache clean --force # buildkit',
      sizeBytes: 9_400_000,
      build: (tree, packages) => packages.nodeModules(tree, HOME, ['express', 'pg', 'socket.io']),
    },
    {
      by: 'COPY . . # buildkit',
      sizeBytes: 6_000,
      build: (tree) =>
        void tree
          .file(`${HOME}/server.js`, RESULT_SERVER)
          .file(`${HOME}/package.json`, RESULT_MANIFEST)
          .file(`${HOME}/views/index.html`, RESULT_PAGE),
    },
  ],
})

/** In life .NET; here Node does the same work behind the same name. */
export const votingWorker = partRepository({
  name: 'dockersamples/examplevotingapp_worker',
  description: 'What counts the votes of the example voting app (a stand-in in Node for the one in .NET)',
  base: node,
  baseTag: '18-slim',
  config: { Entrypoint: ['node', 'worker.js'], Cmd: [], WorkingDir: '/app' },
  layers: [
    {
      by: 'COPY /app . # buildkit',
      sizeBytes: 4_700_000,
      build: (tree, packages) => {
        tree.file('/app/worker.js', WORKER_PROGRAM).file('/app/package.json', WORKER_MANIFEST)
        packages.nodeModules(tree, '/app', ['ioredis', 'pg'])
      },
    },
  ],
})
