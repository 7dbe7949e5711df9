import type { BodyWriter, ServerResponse } from '@drydock/http'
import { type Dockerfile, DockerfileError, parseDockerfile } from '@drydock/dockerfile'
import { BuildContext } from '../builder/build-context.ts'
import { BuildExit } from '../builder/build-exit.ts'
import { type BuildOptions, readBuildOptions } from '../builder/build-options.ts'
import { BuildkitBuild } from '../builder/buildkit/buildkit-build.ts'
import { ClassicBuild, classicMessage } from '../builder/classic/classic-build.ts'
import { ProgressStream } from '../images/progress.ts'
import { parseReference } from '../images/reference.ts'
import { invalid } from '../problem.ts'
import type { Call } from './route.ts'

/** POST /build: `version=2` asks for BuildKit, everything else gets the classic builder. Engine API v1.50, ImageBuild */
export async function buildImage(call: Call): Promise<ServerResponse> {
  const { parts, request, query, headers } = call
  const options = readBuildOptions(query, headers.get('x-registry-config'))
  for (const tag of options.tags) parseReference(tag)
  const context = await BuildContext.receive(parts, request.body, options.inParts)
  try {
    return query.get('version') === '2' ? buildkit(call, options, context) : classic(call, options, context)
  } catch (error) {
    context.close()
    throw error
  }
}

function buildkit({ parts, request }: Call, options: BuildOptions, context: BuildContext): ServerResponse {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: async (writer) => {
      const progress = new ProgressStream(writer)
      const work = new BuildkitBuild(parts, options, context, progress, request.disconnected())
      try {
        await work.run()
      } catch (error) {
        if (!(error instanceof Error)) throw error
        const { message, source } = work.failure(error)
        if (source) await progress.send({ id: 'drydock.build.source', aux: source })
        await progress.error(message)
      } finally {
        context.close()
      }
    },
  }
}

/** @throws Problem for a Dockerfile that cannot be read: nothing was said yet, so it gets a status */
function classic({ parts }: Call, options: BuildOptions, context: BuildContext): ServerResponse {
  const dockerfile = readDockerfile(options, context)
  ClassicBuild.stagesFor(dockerfile, options.target)
  const ignore = context.ignoreRules(options.dockerfile)
  context.applyIgnore(ignore, [])
  return stream(options.quiet, async (progress) => {
    try {
      const image = await new ClassicBuild(parts, options, context, dockerfile, ignore, progress).run()
      if (options.quiet) await progress.final({ stream: `${image.id}\n` })
      else await progress.send({ aux: { ID: image.id } })
    } finally {
      context.close()
    }
  })
}

function readDockerfile(options: BuildOptions, context: BuildContext): Dockerfile {
  const text = context.dockerfile(options.dockerfile)
  if (text === undefined) throw invalid(`Cannot locate specified Dockerfile: ${options.dockerfile}`)
  if (text === '') throw invalid(`the Dockerfile (${options.dockerfile}) cannot be empty`)
  try {
    return parseDockerfile(text)
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error
    const told = classicMessage(error)
    throw invalid(/^(dockerfile parse|no build stage)/.test(told) ? told : `failed to parse Dockerfile: ${told}`)
  }
}

/** Messages of a quiet build are held back, and told only when it fails. */
class BuildProgress extends ProgressStream {
  private readonly held: Parameters<ProgressStream['send']>[0][] = []
  private readonly holds: boolean

  constructor(writer: BodyWriter, holds: boolean) {
    super(writer)
    this.holds = holds
  }

  override async send(message: Parameters<ProgressStream['send']>[0]): Promise<void> {
    if (this.holds) this.held.push(message)
    else await super.send(message)
  }

  final(message: Parameters<ProgressStream['send']>[0]): Promise<void> {
    return super.send(message)
  }

  async fail(message: string, code: number | undefined): Promise<void> {
    for (const each of this.held) await super.send(each)
    await super.send({ errorDetail: { ...(code === undefined ? {} : { code }), message }, error: message })
  }
}

const stream = (quiet: boolean, work: (progress: BuildProgress) => Promise<void>): ServerResponse => ({
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  body: async (writer) => {
    const progress = new BuildProgress(writer, quiet)
    try {
      await work(progress)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const message = error instanceof DockerfileError ? classicMessage(error) : error.message
      await progress.fail(message, error instanceof BuildExit ? error.code : undefined)
    }
  },
})
