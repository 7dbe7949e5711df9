import { readTextFile } from '@drydock/libc'
import type { Cli } from '@drydock/cli-plugin'
import { type Platform, serverOn } from './platform.ts'

interface PackageJson {
  readonly main?: string
  readonly scripts?: Readonly<Record<string, string>>
}

/** How each manager installs what is needed to run, and its lock file. */
const MANAGERS: Readonly<Record<string, { readonly lock: string; readonly cache: string; readonly install: string }>> =
  {
    npm: { lock: 'package-lock.json', cache: '/root/.npm', install: 'npm ci --omit=dev' },
    yarn: { lock: 'yarn.lock', cache: '/root/.yarn', install: 'yarn install --production --frozen-lockfile' },
    pnpm: {
      lock: 'pnpm-lock.yaml',
      cache: '/root/.local/share/pnpm/store',
      install: 'pnpm install --prod --frozen-lockfile',
    },
  }

export const node: Platform = {
  name: 'Node',
  suits: 'suitable for a Node server application',
  marks: [/^package\.json$/],
  async ask(prompts, cli, files) {
    const { main, scripts = {} } = files.includes('package.json') ? await packageOf(cli) : {}
    const version = await prompts.input('What version of Node do you want to use?', '24.16.0')
    const locked = Object.keys(MANAGERS).findIndex((name) => files.includes(MANAGERS[name]?.lock ?? ''))
    const choices = Object.keys(MANAGERS).map((name, i) => ({ name, more: i === locked ? ' - (detected)' : '' }))
    const manager = await prompts.select('Which package manager do you want to use?', choices, Math.max(0, locked))
    const builds =
      scripts['build'] !== undefined &&
      (await prompts.confirm(`Do you want to run "${manager} run build" before starting your server?`, true))
    const start = scripts['start'] === undefined ? `node ${main ?? 'index.js'}` : `${manager} start`
    const command = await prompts.input('What command do you want to use to start the app?', start)
    const port = await prompts.port('What port does your server listen on?', '3000')
    return {
      port: Number(port),
      compose: `    environment:\n      NODE_ENV: production\n${serverOn(port)}`,
      ignored: ['**/node_modules', '**/npm-debug.log', '**/build', '**/dist'],
      dockerfile: dockerfile(version, manager, builds, command, port, files),
    }
  },
}

async function packageOf(cli: Cli): Promise<PackageJson> {
  try {
    return JSON.parse(await readTextFile(cli.sys, 'package.json')) as PackageJson
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

function dockerfile(
  version: string,
  name: string,
  builds: boolean,
  command: string,
  port: string,
  files: readonly string[],
): string {
  const { lock = '', cache = '', install = '' } = MANAGERS[name] ?? {}
  const locked = files.includes(lock)
  const how = locked ? install : install.replace('npm ci', 'npm install').replace(' --frozen-lockfile', '')
  const lockMount = locked ? `\n    --mount=type=bind,source=${lock},target=${lock} \\` : ''
  const prepare = name === 'pnpm' ? '\nRUN --mount=type=cache,target=/root/.npm npm install -g pnpm\n' : ''
  const build = builds ? `\nRUN ${name} run build\n` : ''
  return `# syntax=docker/dockerfile:1

ARG NODE_VERSION=${version}

FROM node:\${NODE_VERSION}-alpine

ENV NODE_ENV=production

WORKDIR /usr/src/app
${prepare}
# Packages are a step of their own: they are fetched anew only when what is needed changes.
RUN --mount=type=bind,source=package.json,target=package.json \\${lockMount}
    --mount=type=cache,target=${cache} \\
    ${how}

USER node

COPY . .
${build}
EXPOSE ${port}

CMD ${command}
`
}
