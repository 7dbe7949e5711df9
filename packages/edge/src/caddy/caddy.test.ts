import { describe, expect, it } from 'vitest'
import { adapt } from './adapter.ts'
import { formatted } from './format.ts'
import { parseCaddyfile } from './parse.ts'

const sources = {
  env: (name: string) => (name === 'PORT' ? '8080' : ''),
  read: async (pattern: string) => new Map(pattern === 'other' ? [['other', 'respond "imported"\n']] : []),
}
const adapted = async (text: string) => adapt(await parseCaddyfile(text, 'Caddyfile', sources), 'Caddyfile')
const serversOf = async (text: string) => (await adapted(text)).apps?.http?.servers ?? {}

const said = (body: string) => ({ body, handler: 'static_response' })
const inside = (...routes: object[]) => [{ handler: 'subroute', routes }]

/** Caddyfiles, and routes of their first server as `caddy adapt` 2.6 has them. */
const ROUTES: readonly (readonly [text: string, routes: readonly object[]])[] = [
  [
    ':80\nroot * /srv\nfile_server\n',
    [
      {
        handle: [
          { handler: 'vars', root: '/srv' },
          { handler: 'file_server', hide: ['./Caddyfile'] },
        ],
      },
    ],
  ],
  [
    'localhost {\n\trespond "hi"\n}',
    [{ match: [{ host: ['localhost'] }], handle: inside({ handle: [said('hi')] }), terminal: true }],
  ],
  [
    ':80 {\n\trespond "{path}"\n\trespond /long/* 404\n\trespond /l 204\n}',
    [
      { match: [{ path: ['/long/*'] }], handle: [{ handler: 'static_response', status_code: 404 }] },
      { match: [{ path: ['/l'] }], handle: [{ handler: 'static_response', status_code: 204 }] },
      { handle: [said('{http.request.uri.path}')] },
    ],
  ],
  [
    ':80 {\n\thandle_path /a/* {\n\t\trespond "a"\n\t}\n\thandle {\n\t\trespond "rest"\n\t}\n}',
    [
      {
        group: 'group0',
        match: [{ path: ['/a/*'] }],
        handle: inside({ handle: [{ handler: 'rewrite', strip_path_prefix: '/a' }] }, { handle: [said('a')] }),
      },
      { group: 'group0', handle: inside({ handle: [said('rest')] }) },
    ],
  ],
  [
    '(say) {\n\trespond "{args[0]}"\n}\n:{$PORT:1} {\n\timport say `a "b"`\n\timport other\n}',
    [{ handle: [said('a "b"'), said('imported')] }],
  ],
  [
    ':80 {\n\t@post method post\n\tredir @post /new permanent\n\theader -Server\n\treverse_proxy app:1 app {\n\t\tlb_policy first\n\t}\n}',
    [
      { handle: [{ handler: 'headers', response: { deferred: true, delete: ['Server'] } }] },
      {
        match: [{ method: ['POST'] }],
        handle: [{ handler: 'static_response', headers: { Location: ['/new'] }, status_code: 301 }],
      },
      {
        handle: [
          {
            handler: 'reverse_proxy',
            load_balancing: { selection_policy: { policy: 'first' } },
            upstreams: [{ dial: 'app:1' }, { dial: 'app:80' }],
          },
        ],
      },
    ],
  ],
  [
    ':80 {\n\tmap {path} {out} {\n\t\t/a one\n\t\t~/m(.)$ "re ${1}"\n\t\tdefault def\n\t}\n\trespond "{out}"\n}',
    [
      {
        handle: [
          {
            defaults: ['def'],
            destinations: ['{out}'],
            handler: 'map',
            mappings: [
              { input: '/a', outputs: ['one'] },
              { input_regexp: '/m(.)$', outputs: ['re ${1}'] },
            ],
            source: '{http.request.uri.path}',
          },
          said('{out}'),
        ],
      },
    ],
  ],
  [
    ':80 {\n\t@ua header_regexp ua User-Agent ^curl/(.)\n\t@host host *.y.com\n\trespond @ua "{re.ua.1}"\n\trespond @host "{labels.1}"\n}',
    [
      {
        handle: inside(
          {
            match: [{ header_regexp: { 'User-Agent': { name: 'ua', pattern: '^curl/(.)' } } }],
            handle: [said('{http.regexp.ua.1}')],
          },
          { match: [{ host: ['*.y.com'] }], handle: [said('{http.request.host.labels.1}')] },
        ),
      },
    ],
  ],
  [
    ':80 {\n\tforward_auth a:1 {\n\t\turi /auth\n\t\tcopy_headers X-User\n\t}\n\trequest_body {\n\t\tmax_size 5\n\t}\n}',
    [
      {
        handle: [
          { handler: 'request_body', max_size: 5 },
          {
            handle_response: [
              {
                match: { status_code: [2] },
                routes: [
                  {
                    handle: [
                      {
                        handler: 'headers',
                        request: { set: { 'X-User': ['{http.reverse_proxy.header.X-User}'] } },
                      },
                    ],
                  },
                ],
              },
            ],
            handler: 'reverse_proxy',
            headers: {
              request: {
                set: { 'X-Forwarded-Method': ['{http.request.method}'], 'X-Forwarded-Uri': ['{http.request.uri}'] },
              },
            },
            rewrite: { method: 'GET', uri: '/auth' },
            upstreams: [{ dial: 'a:1' }],
          },
        ],
      },
    ],
  ],
]

describe('a Caddyfile', () => {
  it.each(ROUTES)('%j', async (text, routes) => {
    const [server] = Object.values(await serversOf(text))
    expect(server?.routes).toEqual(routes)
  })

  it('is one server for each place to listen', async () => {
    const servers = await serversOf('a.example, b.example:81 {\n}\nhttp://c.example {\n}\n:81 {\n}')
    expect(Object.values(servers).map(({ listen }) => listen)).toEqual([[':443'], [':80'], [':81']])
  })

  it.each([
    [':80 {\n\tfoo bar\n}', 'Caddyfile:2: unrecognized directive: foo'],
    [':80 {\n\trespond "x"', "Caddyfile:2 - Syntax error: Unexpected token 'x', expecting '}'"],
    [':80\nrespond "x"\n:81 {\n}', 'Caddyfile:3: unrecognized directive: :81'],
    [':80 {\n\ttemplates\n}', 'Caddyfile:2: the directive templates is not supported here'],
  ])('%j is refused', async (text, words) => {
    await expect(adapted(text)).rejects.toThrow(words)
  })

  it.each([
    [':80 {\n  respond   "x  y"   200\nroot * /x\n\n\n}\n', ':80 {\n\trespond "x  y" 200\n\troot * /x\n}\n'],
    ['a {\n}\n\n\n\nd {\n\n\te {\n\tf\n\t}\n}\n# x\n', 'a {\n}\n\nd {\n\te {\n\t\tf\n\t}\n}\n# x\n'],
  ])('%j in order', (text, better) => {
    expect(formatted(text)).toBe(better)
  })
})
