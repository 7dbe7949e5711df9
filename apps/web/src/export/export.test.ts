import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { composeFile, type RunningService } from './compose-file.ts'
import { dockerfileOf } from './dockerfile-of.ts'
import { printYaml } from './yaml.ts'

const service = (container: object, image: object = {}): RunningService =>
  ({
    container: {
      Name: '/web',
      Config: { Image: 'nginx:alpine', Env: [], Cmd: null, Entrypoint: null },
      HostConfig: {},
      Mounts: [],
      NetworkSettings: { Networks: { bridge: {} } },
      ...container,
    },
    image: { Config: {}, ...image },
  }) as unknown as RunningService

describe('a compose file of what runs', () => {
  it('leaves out what the image says itself', () => {
    const env = ['PATH=/usr/bin', 'NGINX_VERSION=1']
    const web = service(
      { Config: { Image: 'nginx', Env: [...env, 'A=$1 "x"'], Cmd: ['nginx'], Entrypoint: ['/e'], WorkingDir: '/w' } },
      { Config: { Env: env, Cmd: ['nginx'], Entrypoint: ['/e'], WorkingDir: '/w' } },
    )
    expect(parse(composeFile([web], 'from here'))).toEqual({
      services: { web: { image: 'nginx', container_name: 'web', environment: ['A=$$1 "x"'] } },
    })
  })

  it('has ports, volumes, networks and the restart policy', () => {
    const web = service({
      HostConfig: {
        PortBindings: {
          '80/tcp': [{ HostIp: '', HostPort: '8080' }],
          '53/udp': [{ HostIp: '127.0.0.1', HostPort: '53' }],
        },
        RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
      },
      Mounts: [
        { Type: 'volume', Name: 'data', Destination: '/data', RW: true },
        { Type: 'volume', Name: 'f'.repeat(64), Destination: '/var/cache', RW: true },
        { Type: 'bind', Source: '/root/site', Destination: '/site', RW: false },
      ],
      NetworkSettings: { Networks: { back: {}, bridge: {} } },
    })
    expect(parse(composeFile([web], 'c'))).toEqual({
      services: {
        web: {
          image: 'nginx:alpine',
          container_name: 'web',
          ports: ['8080:80', '127.0.0.1:53:53/udp'],
          volumes: ['data:/data', '/root/site:/site:ro'],
          networks: ['back'],
          restart: 'on-failure:3',
        },
      },
      networks: { back: {} },
      volumes: { data: {} },
    })
  })
})

describe('YAML', () => {
  it.each([
    [
      {
        a: ['yes', 'no', '1', '1.5', '80:80', '', 'x: y', '# no', '- a', 'tab\t', "it's", '한국어', '*a', '{', 'null'],
      },
    ],
    [{ list: [{ a: '1', b: ['x', { c: 'd' }] }], empty: {}, none: [] }],
    [{ 'key: odd': { nested: { deep: true, number: 3 } } }],
  ])('%j is read back as it was', (value) => {
    expect(parse(printYaml(value))).toEqual(value)
  })
})

describe('a Dockerfile from history', () => {
  it('tells the steps after those of its base', () => {
    const steps = [
      'ADD alpine-minirootfs.tar.gz / # buildkit',
      'CMD ["/bin/sh"]',
      'WORKDIR /app',
      'COPY . . # buildkit',
      'RUN /bin/sh -c npm ci # buildkit',
      'RUN |1 VERSION=2 /bin/sh -c echo $VERSION # buildkit',
      '/bin/sh -c #(nop)  EXPOSE 80',
      '/bin/sh -c #(nop) COPY file:abc123 in /etc/x ',
      '/bin/sh -c echo classic',
      'CMD ["node" "app.js"]',
    ]
    expect(dockerfileOf(steps, 'alpine:3.20', 2)).toBe(
      'FROM alpine:3.20\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN echo $VERSION\nEXPOSE 80\nCOPY . /etc/x\nRUN echo classic\nCMD ["node", "app.js"]\n',
    )
  })
})
