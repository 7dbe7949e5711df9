import { describe, expect, it } from 'vitest'
import { compileTemplate, TemplateError } from './execute.ts'
import { TemplateSyntaxError } from './syntax.ts'
import { tabulate } from './tabwriter.ts'

const data = {
  Id: '3addb5b8ef05a614',
  State: { Status: 'running', Running: true, Pid: 42 },
  Config: { Cmd: ['sleep', '1000'], Labels: { b: '2', a: '1' }, Entrypoint: null },
  Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] },
}

describe('templates', () => {
  const cases: [string, string][] = [
    ['{{.Id}} {{.State.Pid}}', '3addb5b8ef05a614 42'],
    ['{{json .Config.Cmd}} {{.Config.Cmd}} {{.Config.Labels}}', '["sleep","1000"] [sleep 1000] map[a:1 b:2]'],
    ['{{.State}} {{.Config.Entrypoint}}', '{running true 42} <nil>'],
    ['{{range $k, $v := .Ports}}{{$k}}={{(index $v 0).HostPort}}{{end}}', '80/tcp=8080'],
    ['{{range .Config.Cmd}}[{{.}}]{{else}}none{{end}}', '[sleep][1000]'],
    ['{{if and .State.Running (gt .State.Pid 1)}}yes{{else}}no{{end}}', 'yes'],
    ['{{if eq .State.Status "exited"}}a{{else if eq .State.Status "running"}}b{{else}}c{{end}}', 'b'],
    ['{{with .State}}{{.Status | upper | printf "%-9s|"}}{{end}}', 'RUNNING  |'],
    ['{{join .Config.Cmd ","}} {{split "a,b" ","}} {{title "up and"}} {{len .Id}}', 'sleep,1000 [a b] Up And 16'],
    ['{{- "x" -}}   {{/* nothing */}} y', 'x y'],
    ['{{$x := 1}}{{$x = 2}}{{$x}}{{println "z"}}', '2z\n'],
    ['{{.Config.Labels.zz}}', '<no value>'],
    ['{{printf "%.5s %q %5d" .Id "a" 7}}', '3addb "a"     7'],
    ['{{range .Config.Cmd}}{{break}}{{end}}{{not false}} {{or "" "d"}} {{ne 1 2}}', 'true d true'],
    ['{{`raw\\n`}} {{"tab\\t"}}', 'raw\\n tab\t'],
  ]
  it.each(cases)('%s', (source, expected) => {
    expect(compileTemplate(source).run(data)).toBe(expected)
  })

  const failures: [string, string][] = [
    ['{{.Nope}}', 'template: :1:2: executing "" at <.Nope>: map has no entry for key "Nope"'],
    ['{{.Config.Nope.X}}', 'template: :1:9: executing "" at <.Config.Nope.X>: map has no entry for key "Nope"'],
    [
      '{{index .Config.Cmd 9}}',
      'template: :1:2: executing "" at <index .Config.Cmd 9>: error calling index: index out of range: 9',
    ],
  ]
  it.each(failures)('%s fails', (source, message) => {
    expect(() => compileTemplate(source).run(data)).toThrow(new TemplateError(message))
  })

  it('tells what it can not read', () => {
    expect(() => compileTemplate('{{.Names')).toThrow(new TemplateSyntaxError('template: :1: unclosed action'))
    expect(() => compileTemplate('{{nofunc .Id}}')).toThrow(
      new TemplateSyntaxError('template: :1: function "nofunc" not defined'),
    )
  })
})

describe('tabulate', () => {
  it('makes columns at least ten wide, three apart, the last one free', () => {
    expect(tabulate('A\tBB\tC\nlonger than ten\t\tx\n')).toBe(
      'A                 BB        C\nlonger than ten             x\n',
    )
  })
  it('starts columns anew after a line without them', () => {
    expect(tabulate('aaaaaaaaaaaa\tb\nplain\nc\td\n')).toBe('aaaaaaaaaaaa   b\nplain\nc         d\n')
  })
})
