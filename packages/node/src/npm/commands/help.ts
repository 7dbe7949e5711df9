import { homeOf } from '../config.ts'
import type { Npm } from '../npm-context.ts'
import { COMMAND_NAMES } from './names.ts'

const WIDTH = 59

/** The names in lines of a terminal's width. */
function wrapped(names: readonly string[]): string {
  const lines: string[] = ['']
  for (const name of names) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && `${line} ${name},`.length > WIDTH) lines.push(`${name},`)
    else lines[lines.length - 1] = line === '' ? `${name},` : `${line} ${name},`
  }
  return lines
    .map((line) => `    ${line}`)
    .join('\n')
    .replace(/,$/, '')
}

/** What npm says of itself. npm(1) */
export async function help(npm: Npm): Promise<number> {
  const [topic] = npm.words
  if (npm.line.words[0] === 'help' && topic !== undefined) {
    await npm.say(`No matches in help for: ${npm.words.join(' ')}\n\n`)
    return 0
  }
  await npm.say(`npm <command>

Usage:

npm install        install all the dependencies in your project
npm install <foo>  add the <foo> dependency to your project
npm test           run this project's tests
npm run <foo>      run the script named <foo>
npm <command> -h   quick help on <command>
npm -l             display usage info for all commands
npm help <term>    search for help on <term>
npm help npm       more involved overview

All commands:

${wrapped(COMMAND_NAMES)}

Specify configs in the ini-formatted file:
    ${homeOf(npm.process)}/.npmrc
or on the command line via: npm <command> --key=value

More configuration info: npm help config
Configuration fields: npm help 7 config

npm@${npm.release.npm} /usr/local/lib/node_modules/npm
`)
  return npm.line.words[0] === 'help' || npm.line.has('usage') ? 0 : 1
}

/** What npm finds in order. npm-doctor(1) */
export async function doctor(npm: Npm): Promise<number> {
  const reached = await npm.registry.ping().catch(() => false)
  const { node, npm: own } = npm.release
  const usual = npm.registry.address === 'https://registry.npmjs.org/'
  const git = npm.process.env.get('PATH') !== undefined
  const rows: readonly (readonly [title: string, ok: boolean, told: string])[] = [
    ['Connecting to the registry', reached, ''],
    ['Checking npm version', true, `current: v${own}, latest: v${own}`],
    ['Checking node version', true, `current: v${node}, recommended: v${node}`],
    [
      'Checking configured npm registry',
      usual,
      usual
        ? 'using default registry (https://registry.npmjs.org/)'
        : `Try \`npm config set registry=https://registry.npmjs.org/\``,
    ],
    ['Checking for global bin folder in PATH', git, `${npm.config.get('prefix')}/bin`],
  ]
  for (const [title, ok, told] of rows)
    await npm.say(`${title}\n${ok ? 'Ok' : 'Not ok'}\n${told === '' ? '' : `${told}\n`}\n`)
  return rows.every(([, ok]) => ok) ? 0 : 1
}
