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
    ['{{define "t"}}[{{.}}]{{end}}{{template "t" .Id}}', '[3addb5b8ef05a614]'],
    ['{{block "b" .State.Pid}}<{{.}}>{{end}}', '<42>'],
    ['{{range $i, $e := .Config.Cmd}}{{$i}}={{$e}};{{end}}{{range 3}}{{.}}{{end}}', '0=sleep;1=1000;012'],
    ['{{range .Config.Cmd}}{{if eq . "sleep"}}{{continue}}{{end}}{{.}}{{end}}', '1000'],
    ['{{printf "%.2f %e %g %8.3f" 3.14159 1234.5 0.5 2.5}}', '3.14 1.234500e+03 0.5    2.500'],
    ['{{printf "%U %c %#x %+d % d %b %o" 65 65 255 5 5 5 8}}', 'U+0041 A 0xff +5  5 101 10'],
    ['{{printf "%d" "x"}} {{printf "%s" 5}} {{printf "%d"}}', '%!d(string=x) %!s(int=5) %!d(MISSING)'],
    ['{{printf "a" 1}} {{printf "%T %q" "s" "q"}}', 'a%!(EXTRA int=1) string "q"'],
    ['{{js "it\'s <b>"}} {{urlquery "a b&c"}} {{html "<&\'>"}}', "it\\'s \\u003Cb\\u003E a+b%26c &lt;&amp;&#39;&gt;"],
    ['{{slice "abcdef" 1 3}} {{slice .Config.Cmd 1}} {{.Id | }}', 'bc [1000] 3addb5b8ef05a614'],
    ['{{print "a" "b" 1 2 "c"}}|{{print 1 2}}', 'ab1 2c|1 2'],
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
  const more: [string, string][] = [
    ['{{upper}}', '1:2: executing "" at <upper>: wrong number of args for upper: want 1 got 0'],
    ['{{upper 5}}', '1:8: executing "" at <5>: expected string; found 5'],
    ['{{index}}', '1:2: executing "" at <index>: wrong number of args for index: want at least 1 got 0'],
    ['{{slice "abc" 2 9}}', '1:2: executing "" at <slice "abc" 2 9>: error calling slice: index out of range: 9'],
    ['{{len 5}}', '1:2: executing "" at <len 5>: error calling len: len of type int'],
    ['{{nil}}', '1:2: executing "" at <nil>: nil is not a command'],
    ['{{.Id.Foo}}', '1:5: executing "" at <.Id.Foo>: can\'t evaluate field Foo in type interface {}'],
    ['{{.Id | .State}}', '1:8: executing "" at <.State>: State is not a method but has arguments'],
    ['{{template "nope"}}', '1:11: executing "" at <{{template "nope"}}>: template "nope" not defined'],
  ]
  it.each(more)('%s fails', (source, message) => {
    expect(() => compileTemplate(source).run(data)).toThrow(new TemplateError(`template: :${message}`))
  })

  const unreadable: [string, string][] = [
    ['{{$y}}', 'undefined variable "$y"'],
    ['{{break}}', '{{break}} outside {{range}}'],
    ['{{1 | 2}}', 'non executable command in pipeline stage 2'],
    ['{{| upper}}', 'unexpected "|" in command'],
    ['{{.Id)}}', 'unexpected right paren'],
    ['{{(.Id}}', 'unclosed left paren'],
    ['{{end}}', 'unexpected {{end}}'],
    ['{{if true}}x', 'unexpected EOF'],
  ]
  it.each(unreadable)('%s can not be read', (source, message) => {
    expect(() => compileTemplate(source)).toThrow(new TemplateSyntaxError(`template: :1: ${message}`))
  })

  it.each(failures)('%s fails', (source, message) => {
    expect(() => compileTemplate(source).run(data)).toThrow(new TemplateError(message))
  })

  it('tells what it can not read', () => {
    expect(() => compileTemplate('{{.Names')).toThrow(new TemplateSyntaxError('template: :1: unclosed action'))
    expect(() => compileTemplate('{{.Names}')).toThrow(
      new TemplateSyntaxError("template: :1: bad character U+007D '}'"),
    )
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
