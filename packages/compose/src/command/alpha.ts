import { anyArgs, bool, CliError, int, noun } from '@drydock/cli-plugin'
import { dependenciesOf, imageOf, type Project } from '../load/project.ts'
import type { Service } from '../model/types.ts'
import { composeCommand } from './define.ts'
import { generate } from './generate.ts'
import { publish } from './image-commands.ts'

interface Shown {
  readonly image: boolean
  readonly networks: boolean
  readonly ports: boolean
}

const quoted = (name: string): string => `"${name}"`
const part = (title: string, lines: readonly string[]): string =>
  lines.length === 0
    ? ''
    : `<font point-size="10"><br/><br/><b>${title}:</b>${lines.map((line) => `<br/>${line}`).join('')}</font>`

const portLines = ({ ports = [] }: Service): string[] =>
  ports.map(
    ({ host_ip: ip, published = '', target, protocol, mode }) =>
      `${ip ? `${ip}:` : ''}${published}:${target} (${protocol}, ${mode})`,
  )

function node(project: Project, name: string, service: Service, shown: Shown): string {
  const parts = [
    shown.networks ? part('Networks', [...(service.networks?.keys() ?? [])]) : '',
    shown.ports ? part('Ports', portLines(service)) : '',
    shown.image ? part('Image', [imageOf(project, name, service)]) : '',
  ]
  return `${quoted(name)} [style="filled" label=<<font point-size="15">${name}</font>${parts.join('')}>];`
}

/** The services and what they depend on, in graphviz's language. docker/compose pkg/compose/viz.go */
function graph(project: Project, indent: string, shown: Shown): string {
  const services = [...project.services]
  const nodes = services.map(([name, service]) => node(project, name, service, shown))
  const edges = services.flatMap(([name, service]) =>
    [...dependenciesOf(service).keys()].map((other) => `${quoted(name)} -> ${quoted(other)};`),
  )
  const lines = (rows: readonly string[]): string => rows.map((row) => `${indent}${row}\n`).join('')
  return `digraph ${quoted(project.name)} {\n${lines(['layout=dot;', ...nodes])}\n${lines(edges)}}\n`
}

const viz = composeCommand({
  name: 'viz',
  use: '[OPTIONS]',
  short: 'EXPERIMENTAL - Generate a graphviz graph from your compose file',
  args: anyArgs,
  flags: {
    image: bool('', "Include service's image name in output graph"),
    'indentation-size': int('', 'Number of tabs or spaces to use for indentation', 1),
    networks: bool('', "Include service's attached networks in output graph"),
    ports: bool('', "Include service's exposed ports in output graph"),
    spaces: bool(
      '',
      "If given, space character ' ' will be used to indent,\notherwise tab character '\\t' will be used",
    ),
  },
  async run({ cli, flags }) {
    const size = flags['indentation-size']
    if (size < 0) throw new CliError(`invalid indentation size: ${size}`)
    await cli.warn('viz command is EXPERIMENTAL\n')
    const indent = (flags.spaces ? ' ' : '\t').repeat(size)
    return cli.print(`${graph(await cli.project(), indent, flags)}\n`)
  },
})

export const alpha = noun({
  name: 'alpha',
  use: 'alpha [COMMAND]',
  short: 'Experimental commands',
  hidden: true,
  children: [publish, viz, generate],
})
