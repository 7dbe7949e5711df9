import { showJsonMessages } from '../../progress/json-messages.ts'
import { type Cli, CliError, familiarName, type Reference, registryKey } from '@drydock/cli-plugin'

/** Pulls one image, or all tags of a reference that names none, and shows how. @throws CliError, ApiError */
export async function pullImage(
  cli: Cli,
  reference: Reference,
  settings: { platform: string; quiet: boolean; fd: 1 | 2 },
): Promise<void> {
  const auth = await cli.credentials.get(registryKey(reference))
  const messages = cli.client.images.pull(
    {
      fromImage: reference.domain === 'docker.io' ? `docker.io/${reference.path}` : familiarName(reference),
      tag: reference.digest ?? reference.tag,
      platform: settings.platform || undefined,
    },
    auth,
  )
  if (!settings.quiet) return showJsonMessages(cli, messages, { fd: settings.fd })
  await drain(messages)
}

/** Reads to the end; only what goes wrong matters. */
async function drain(messages: AsyncIterable<{ error?: string; errorDetail?: { message: string } }>): Promise<void> {
  for await (const message of messages) {
    const failure = message.errorDetail?.message ?? message.error
    if (failure !== undefined) throw new CliError(failure)
  }
}
