import {
  compileTemplate,
  type FunctionTable,
  functions,
  FunctionError,
  TemplateError,
  type TemplateFunction,
  TemplateSyntaxError,
} from '@drydock/go-template'
import type { NodeObject, TaskObject } from '@drydock/swarm'
import { taskName } from '@drydock/swarm'

/** What text/template brings itself; the CLI's further functions are unknown to swarms. */
const BUILT_IN: readonly string[] = [
  ...['and', 'or', 'not', 'len', 'index', 'slice', 'print', 'printf', 'println'],
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'html', 'js', 'urlquery'],
]
const FUNCTIONS: readonly (readonly [string, TemplateFunction])[] = [
  ...[...functions].filter(([name]) => BUILT_IN.includes(name)),
  ['join', (separator, ...parts) => parts.join(String(separator))],
]

export interface TemplateNode {
  readonly id: string
  readonly description: NodeObject['Description']
}

/** What secrets and configs with a template driver may ask for, by the name of the file or the variable. */
export interface Payloads {
  secret(target: string): string | undefined
  config(target: string): string | undefined
}

/** A template of a task, or of one of its files, that cannot be expanded. */
export class ExpansionError extends Error {}

/** What `{{.Service.Name}}` and its like stand for in a task. swarmkit template/context.go */
export class Placeholders {
  private readonly data: object
  private readonly types: ReadonlyMap<unknown, string>
  private readonly task: TaskObject

  constructor(task: TaskObject, { id, description }: TemplateNode) {
    this.task = task
    const { Hostname = '', Platform } = description
    const { serviceName, serviceLabels = {} } = task.internal
    const Service = { ID: task.ServiceID, Name: serviceName, Labels: new Map(Object.entries(serviceLabels)) }
    const platform = { Architecture: Platform?.Architecture ?? '', OS: Platform?.OS ?? '' }
    const Node = { ID: id, Hostname, Platform: platform }
    const Task = { ID: task.ID, Name: `${taskName(task)}.${task.ID}`, Slot: task.Slot ? String(task.Slot) : id }
    this.data = { Service, Node, Task }
    const platformType = 'struct { Architecture string; OS string }'
    this.types = new Map<unknown, string>([
      [this.data, '*template.Context'],
      [Service, 'struct { ID string; Name string; Labels map[string]string }'],
      [Node, `struct { ID string; Hostname string; Platform ${platformType} }`],
      [platform, platformType],
      [Task, 'struct { ID string; Name string; Slot string }'],
    ])
  }

  /** @throws ExpansionError */
  expand(text: string): string {
    return this.run(text, new Map(FUNCTIONS))
  }

  /** @throws ExpansionError */
  expandPayload(text: string, payloads: Payloads): string {
    const given = (kind: 'secret' | 'config'): TemplateFunction => {
      return (target) => {
        const found = payloads[kind](String(target))
        if (found === undefined) throw new FunctionError(`${kind} target ${String(target)} not found`)
        return found
      }
    }
    const own: [string, TemplateFunction][] = [
      ['secret', given('secret')],
      ['config', given('config')],
      ['env', (name) => this.variable(String(name))],
    ]
    return this.run(text, new Map([...FUNCTIONS, ...own]))
  }

  private variable(name: string): string {
    const found = (this.task.Spec.ContainerSpec?.Env ?? []).find((each) => each.startsWith(`${name}=`))
    return found === undefined ? '' : this.expand(found.slice(name.length + 1))
  }

  private run(text: string, table: FunctionTable): string {
    if (!text.includes('{{')) return text
    try {
      return compileTemplate(text, { functions: table, name: 'expansion', types: this.types }).run(this.data)
    } catch (error) {
      if (!(error instanceof TemplateError || error instanceof TemplateSyntaxError)) throw error
      throw new ExpansionError(error.message)
    }
  }
}
