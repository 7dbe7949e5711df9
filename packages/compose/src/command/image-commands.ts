import { anyArgs, bool, bytes, CliError, exactly, hidden, isProblem, parseReference, string } from '@drydock/cli-plugin'
import { allOf } from '../engine/backend.ts'
import { bakeFile, buildServices, type BuildWishes } from '../engine/building.ts'
import { authFor, Images } from '../engine/images.ts'
import { imageOf, type Project } from '../load/project.ts'
import { ComposeError } from '@drydock/cli-plugin/compose-file'
import { openProgress, withProgress } from '../progress/printers.ts'
import { array, composeCommand } from './define.ts'

export const build = composeCommand({
  name: 'build',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Build or rebuild services',
  args: anyArgs,
  lacks: '--ssh',
  flags: {
    'build-arg': array('', 'Set build-time variables for services'),
    builder: string('', 'Set builder to use'),
    check: bool('', 'Check build configuration'),
    compress: hidden(bool('', 'Compress the build context using gzip. DEPRECATED')),
    'force-rm': hidden(bool('', 'Always remove intermediate containers. DEPRECATED')),
    memory: bytes('m', 'Set memory limit for the build container. Not supported by BuildKit.'),
    'no-cache': bool('', 'Do not use cache when building the image'),
    'no-rm': hidden(bool('', 'Do not remove intermediate containers after a successful build. DEPRECATED')),
    parallel: hidden(bool('', 'Build images in parallel. DEPRECATED')),
    print: bool('', 'Print equivalent bake file'),
    progress: hidden(string('', 'Set type of ui output (auto, tty, plain, json, quiet)')),
    pull: bool('', 'Always attempt to pull a newer version of the image'),
    push: bool('', 'Push service images'),
    quiet: bool('q', "Don't print anything to STDOUT"),
    ssh: string(
      '',
      "Set SSH authentications used when building service images. (use 'default' for using your default SSH Agent)",
    ),
    'with-dependencies': bool('', 'Also build dependencies (transitively)'),
  },
  async run({ cli, backend, args, flags }) {
    const project = await cli.project({ services: args, all: true })
    const chosen = args.length > 0 && !flags['with-dependencies'] ? args : [...project.services.keys()]
    const names = chosen.filter((name) => project.services.get(name)?.build)
    if (flags.progress !== '') cli.root = { ...cli.root, progress: flags.progress }
    const wishes: BuildWishes = {
      quiet: flags.quiet,
      noCache: flags['no-cache'],
      pull: flags.pull,
      push: flags.push,
      args: flags['build-arg'],
      builder: flags.builder,
      check: flags.check,
    }
    if (flags.print) return cli.print(`${JSON.stringify(bakeFile(project, names, wishes), undefined, 2)}\n`)
    if (flags.memory) await cli.warn('WARNING: --memory is not supported by BuildKit and will be ignored\n')
    if (names.length === 0) {
      cli.warning('No services to build')
      return
    }
    const progress = openProgress(cli, 'Building')
    await buildServices(backend, project, progress, names, wishes)
    await progress.finish()
  },
})

export const pull = composeCommand({
  name: 'pull',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Pull service images',
  args: anyArgs,
  flags: {
    'ignore-buildable': bool('', 'Ignore images that can be built'),
    'ignore-pull-failures': bool('', 'Pull what it can and ignores images with pull failures'),
    'include-deps': bool('', 'Also pull services declared as dependencies'),
    'no-parallel': hidden(bool('', 'DEPRECATED disable parallel pulling')),
    parallel: hidden(bool('', 'DEPRECATED pull multiple images in parallel')),
    policy: string('', 'Apply pull policy ("missing"|"always")'),
    quiet: bool('q', 'Pull without printing progress information'),
  },
  async run({ cli, backend, args, flags }) {
    const loaded = await cli.project({ services: args })
    const names = args.length > 0 && !flags['include-deps'] ? args : [...loaded.services.keys()]
    await withProgress(cli, 'Pulling', async (progress) => {
      const images = new Images(backend, loaded, progress)
      const failures: string[] = []
      const pulled = new Map<string, string>()
      await allOf(names, async (name) => {
        const service = loaded.services.get(name) ?? {}
        const reason = await skipReason(loaded, name, flags, images, pulled)
        if (reason !== undefined) return progress.on({ id: name, text: reason, state: 'done' })
        try {
          await images.pull(name, service, { quiet: flags.quiet })
        } catch (error) {
          if (!isProblem(error) || !flags['ignore-pull-failures']) throw error
          failures.push(error.message)
        }
      })
    })
  },
})

async function skipReason(
  project: Project,
  name: string,
  flags: { readonly policy: string; readonly 'ignore-buildable': boolean },
  images: Images,
  pulled: Map<string, string>,
): Promise<string | undefined> {
  const service = project.services.get(name) ?? {}
  if (!service.image) return 'Skipped - No image to be pulled'
  const policy = flags.policy || service.pull_policy
  if (policy === 'never' || policy === 'build') return 'Skipped'
  const other = pulled.get(service.image)
  if (other !== undefined) return `Skipped - Image is already being pulled by ${other}`
  if (service.build && flags['ignore-buildable']) return 'Skipped - Image can be built'
  pulled.set(service.image, name)
  if (
    (policy === 'missing' || policy === 'if_not_present') &&
    (parseReference(service.image).tag ?? 'latest') !== 'latest' &&
    (await images.inspect(service.image))
  )
    return 'Skipped - Image is already present locally'
  return undefined
}

export const push = composeCommand({
  name: 'push',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Push service images',
  args: anyArgs,
  flags: {
    'ignore-push-failures': bool('', 'Push what it can and ignores images with push failures'),
    'include-deps': bool('', 'Also push images of services declared as dependencies'),
    quiet: bool('q', 'Push without printing progress information'),
  },
  async run({ cli, backend, args, flags }) {
    const project = await cli.project({ services: args })
    const names = args.length > 0 && !flags['include-deps'] ? args : [...project.services.keys()]
    await withProgress(cli, 'Pushing', async (progress) => {
      await allOf(names, async (name) => {
        const service = project.services.get(name) ?? {}
        if (!service.build || !service.image) {
          if (!flags.quiet) progress.on({ id: name, status: 'Skipped', state: 'done' })
          return
        }
        const reference = parseReference(imageOf(project, name, service))
        if (!flags.quiet) progress.on({ id: name, text: 'Pushing', status: 'Pushing', state: 'working' })
        try {
          const auth = (await authFor(backend, reference)) ?? { username: '', password: '', serveraddress: '' }
          const messages = backend.client.images.push(
            `${reference.domain}/${reference.path}`,
            { tag: reference.tag ?? 'latest' },
            auth,
          )
          for await (const { error } of messages) if (error !== undefined) throw new ComposeError(error)
        } catch (error) {
          if (!isProblem(error)) throw error
          progress.on({
            id: name,
            text: 'Error',
            status: error.message,
            state: flags['ignore-push-failures'] ? 'warning' : 'error',
          })
          if (!flags['ignore-push-failures']) throw error
          return
        }
        if (!flags.quiet) progress.on({ id: name, status: 'Pushed', state: 'done' })
      })
    })
  },
})

export const publish = composeCommand({
  name: 'publish',
  use: '[OPTIONS] REPOSITORY[:TAG]',
  short: 'Publish compose application',
  args: exactly(1),
  lacks: 'everything: no registry here keeps applications',
  flags: {
    'oci-version': string('', 'OCI image/artifact specification version (automatically determined by default)'),
    'resolve-image-digests': bool('', 'Pin image tags to digests'),
    'with-env': bool('', 'Include environment variables in the published OCI artifact'),
    yes: bool('y', 'Assume "yes" as answer to all prompts'),
  },
  run: () => {
    throw new CliError('publishing a Compose application is not supported here')
  },
})
