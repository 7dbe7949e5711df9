import type { TaskObject } from '@drydock/swarm'
import { expect, it } from 'vitest'
import { containerOf } from './task-container.ts'
import { filesOf } from './task-files.ts'
import { ExpansionError, Placeholders } from './templates.ts'

const node = { id: 'node1id', description: { Hostname: 'node1', Platform: { Architecture: 'x86_64', OS: 'linux' } } }
const task = (spec: object, labels: Record<string, string> = {}): TaskObject =>
  ({
    ...{ ID: 'taskid', ServiceID: 'serviceid', Slot: 3, NodeID: 'node1id', Spec: { ContainerSpec: spec } },
    internal: { serviceName: 'web', serviceLabels: labels, endpointSpec: undefined, restarts: [] },
  }) as unknown as TaskObject

it('expands what a task is told of itself', () => {
  const placeholders = new Placeholders(task({}, { tier: 'front' }), node)
  const text =
    '{{.Service.Name}}-{{.Task.Slot}} {{.Node.Hostname | printf "%s!"}} {{index .Service.Labels "tier"}}' +
    '{{index .Service.Labels "none"}} {{if eq .Node.Platform.OS "linux"}}yes{{end}} {{.Task.Name}} {{join "," "a" "b"}}'
  expect(placeholders.expand(text)).toBe('web-3 node1! front yes web.3.taskid a,b')
})

it('says with the words of text/template what cannot be expanded, and where', () => {
  const made = (spec: object) => () => containerOf(task(spec), node)
  expect(made({ Hostname: '{{.Foo}}' })).toThrow(
    'expanding hostname failed: template: expansion:1:2: executing "expansion" at <.Foo>: can\'t evaluate field Foo in type *template.Context',
  )
  expect(made({ Env: ['a={{.Service.Labels.y}}'] })).toThrow(
    'expanding env failed: expanding env "a={{.Service.Labels.y}}": template: expansion:1:10: executing "expansion" at <.Service.Labels.y>: map has no entry for key "y"',
  )
  expect(made({ Hostname: '{{upper "a"}}' })).toThrow('function "upper" not defined')
  expect(made({ Mounts: [{ Type: 'volume', Source: 'data-{{.Nope}}', Target: '/x' }] })).toThrow(ExpansionError)
  expect(
    containerOf(task({ Mounts: [{ Type: 'volume', Source: 'd-{{.Task.Slot}}', Target: '/x' }] }), node),
  ).toMatchObject({
    HostConfig: { Mounts: [{ Source: 'd-3' }] },
  })
})

it('fills in configs and secrets with a template driver from variables and other files', () => {
  const File = (Name: string) => ({ Name, UID: '0', GID: '0', Mode: 0o444 })
  const spec = {
    Env: ['USER={{.Service.Name}}'],
    Secrets: [{ SecretID: 's', SecretName: 'pw', File: File('pw') }],
    Configs: [{ ConfigID: 'c', ConfigName: 'conf', File: File('/conf') }],
  }
  const assigned = (config: string) =>
    ({
      secrets: [{ ID: 's', Spec: { Name: 'pw', Data: btoa('geheim {{raw}}') } }],
      configs: [{ ID: 'c', Spec: { Name: 'conf', Data: btoa(config), Templating: { Name: 'golang' } } }],
    }) as unknown as Parameters<typeof filesOf>[1]
  const files = (config: string) => filesOf(task(spec), assigned(config), new Placeholders(task(spec), node))
  expect(files('{{env "USER"}}@{{.Node.Hostname}}:{{secret "pw"}}').map(({ data }) => atob(data))).toEqual([
    'geheim {{raw}}',
    'web@node1:geheim {{raw}}',
  ])
  expect(() => files('{{secret "nope"}}')).toThrow(
    'unable to get config from config store: failed to expand templated config c: template: expansion:1:2: executing "expansion" at <secret "nope">: error calling secret: secret target nope not found',
  )
})
