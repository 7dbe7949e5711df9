import {
  CliError,
  defineCommand,
  exactly,
  familiarName,
  parseReference,
  type Reference,
  tagged,
} from '@drydock/cli-plugin'

export const tag = defineCommand({
  name: 'tag',
  use: 'tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  short: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
  aliasLine: 'docker image tag, docker tag',
  args: exactly(2),
  completes: ['images', 'images', 'none'],
  flags: {},
  async run({ cli, args }) {
    const [source = '', target = ''] = args
    orFail(source)
    const wanted = orFail(target)
    if (wanted.digest !== undefined) throw new CliError('refusing to create a tag with a digest reference')
    await cli.client.images.tag(source, { repo: familiarName(wanted), tag: wanted.tag })
  },
})

/** The words of the API client, which checks both names itself. */
function orFail(target: string): Reference {
  try {
    return tagged(parseReference(target))
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    throw new CliError(
      `Error parsing reference: ${JSON.stringify(target)} is not a valid repository/tag: ${error.message}`,
    )
  }
}
