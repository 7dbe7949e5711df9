import { writeFile } from '@drydock/libc'
import { bool, type Cli, defineCommand, noArgs } from '@drydock/cli-plugin'
import { dotnet } from './dotnet.ts'
import { go } from './go.ts'
import { java } from './java.ts'
import { node } from './node.ts'
import { other } from './other.ts'
import { php } from './php.ts'
import type { Plan, Platform } from './platform.ts'
import { Prompts } from './prompts.ts'
import { python } from './python.ts'
import { rust } from './rust.ts'

const PLATFORMS: readonly Platform[] = [go, python, node, rust, dotnet, php, java, other]
const VERSION = 'v1.4.0'

const WELCOME = `
Welcome to the Docker Init CLI!

This utility will walk you through creating the following files with sensible defaults for your project:
  - .dockerignore
  - Dockerfile
  - compose.yaml
  - README.Docker.md

Let's get started!

`

export const init = defineCommand({
  name: 'init',
  use: 'init [OPTIONS]',
  short: 'Creates Docker-related starter files for your project',
  group: 'management',
  hidden: true,
  args: noArgs,
  flags: { version: bool('', 'Display version of the init plugin') },
  async run({ cli, flags }) {
    if (flags.version) return cli.print(`Version: ${VERSION}\n`)
    await cli.print(WELCOME)
    const files = cli.sys.readdir('.').map(({ name }) => name)
    const prompts = new Prompts(cli)
    const platform = await pick(prompts, files)
    if (!platform) return undefined
    const plan = await platform.ask(prompts, cli, files)
    const made = Object.entries(filesOf(plan))
    const there = made.filter(([name]) => files.includes(name)).map(([name]) => name)
    if (there.length > 0 && !(await mayReplace(cli, prompts, there))) return undefined
    await cli.print('\n')
    for (const [name, text] of made) {
      await writeFile(cli.sys, name, text)
      await cli.print(`✔ Created → ${name}\n`)
    }
    await cli.print(farewell(plan))
    return undefined
  },
})

const QUIT = 'Quit'

async function pick(prompts: Prompts, files: readonly string[]): Promise<Platform | undefined> {
  const detected = PLATFORMS.findIndex(({ marks }) => marks.some((mark) => files.some((name) => mark.test(name))))
  const choices = [
    ...PLATFORMS.map(({ name, suits }, i) => ({ name, more: ` - ${i === detected ? '(detected) ' : ''}${suits}` })),
    { name: QUIT, more: '' },
  ]
  const name = await prompts.select('What application platform does your project use?', choices, Math.max(0, detected))
  return PLATFORMS.find((platform) => platform.name === name)
}

async function mayReplace(cli: Cli, prompts: Prompts, names: readonly string[]): Promise<boolean> {
  await cli.print('\nWARNING → The following Docker files already exist in this directory:\n')
  for (const name of names) await cli.print(`  - ${name}\n`)
  return prompts.confirm('Do you want to overwrite them?', false)
}

const IGNORED = [
  '**/.DS_Store',
  '**/.classpath',
  '**/.dockerignore',
  '**/.env',
  '**/.git',
  '**/.gitignore',
  '**/.project',
  '**/.settings',
  '**/.vscode',
  '**/*.dbmdl',
  '**/*.jfm',
  '**/charts',
  '**/docker-compose*',
  '**/compose.y*ml',
  '**/Dockerfile*',
  '**/secrets.dev.yaml',
  '**/values.dev.yaml',
  'LICENSE',
  'README.md',
]

function filesOf(plan: Plan): Record<string, string> {
  const ignored = [...IGNORED, ...(plan.ignored ?? [])].map((line) => `${line}\n`).join('')
  return {
    '.dockerignore': `# What is in no image: it is not sent to the builder.\n# https://docs.docker.com/go/build-context-dockerignore/\n\n${ignored}`,
    Dockerfile: plan.dockerfile,
    'compose.yaml': compose(plan),
    'README.Docker.md': readme(plan),
  }
}

const compose = (
  plan: Plan,
): string => `# The application as a service with the name "server"; others, a database for instance, go beside it.
# https://docs.docker.com/go/compose-spec-reference/
services:
  server:
    build:
      context: .
${plan.port === 0 ? '      target: final\n' : ''}${plan.compose}`

const readme = ({ port }: Plan): string => `### Building and running your application

When you're ready, start your application by running:
\`docker compose up --build\`.
${port === 0 ? '' : `\nYour application will be available at http://localhost:${port}.\n`}
### Deploying your application to the cloud

First, build your image, e.g.: \`docker build -t myapp .\`.
If your cloud uses a different CPU architecture than your development machine (e.g., you are on a Mac M1 and your cloud
provider is amd64), you'll want to build the image for that platform, e.g.:
\`docker build --platform=linux/amd64 -t myapp .\`.

Then, push it to your registry, e.g. \`docker push myregistry.com/myapp\`.
`

const farewell = ({ port }: Plan): string => `
→ Your Docker files are ready!
  Review your Docker files and tailor them to your application.
  Consult README.Docker.md for information about using the generated files.

What's next?
  Start your application by running → docker compose up --build
${port === 0 ? '' : `  Your application will be available at http://localhost:${port}\n`}`
