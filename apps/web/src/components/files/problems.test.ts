import { describe, expect, it } from 'vitest'
import { composeProblems } from './compose-problems.ts'
import { dockerfileProblems } from './dockerfile-problems.ts'

const found = (text: string) => dockerfileProblems(text).map(({ severity, message, from }) => [severity, from, message])

describe('problems of a Dockerfile', () => {
  it('finds none in a good one', () => {
    expect(found('FROM node:20 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "app.js"]\n')).toEqual([])
  })

  it('says what cannot be read, and where', () => {
    expect(found('FROM alpine\nRUN true\nRUNN false\n')).toEqual([
      ['error', 3, expect.stringMatching(/unknown instruction: RUNN.*did you mean RUN/)],
    ])
    expect(found('RUN true\n')[0]).toEqual(['error', 1, expect.stringContaining('no build stage')])
  })

  it('warns as docker build does', () => {
    expect(found('FROM alpine as Base\nMAINTAINER me\nWORKDIR app\nCMD echo hi\n')).toEqual(
      expect.arrayContaining([
        ['warning', 1, expect.stringContaining('StageNameCasing')],
        ['warning', 2, expect.stringContaining('MaintainerDeprecated')],
        ['warning', 3, expect.stringContaining('WorkdirRelativePath')],
        ['warning', 4, expect.stringContaining('JSONArgsRecommended')],
      ]),
    )
  })

  it('does not guess which variables an image sets', () => {
    expect(found('FROM node\nRUN echo $NODE_VERSION\nENV X=$NODE_VERSION\n')).toEqual([])
  })
})

const COMPOSE = 'services:\n  db:\n    image: x\n  web:\n    image: nginx\n    ports:\n      - "80"\n      - {}\n'

describe('problems of a compose file', () => {
  it.each([
    ['yaml: line 4: found character that cannot start any token', 4],
    ['validating /root/compose.yaml: services.web.ports.1 must be a string', 8],
    ['validating /root/compose.yaml: services.web additional properties not allowed', 4],
    ['service "db" depends on undefined service "cache": invalid compose project', 2],
    ['something else', 1],
  ])('%s', (said, line) => {
    expect(composeProblems(COMPOSE, said)).toEqual([{ severity: 'error', message: said, from: line, to: line }])
  })

  it('takes warnings out of their wrapping', () => {
    const said = 'time="2026" level=warning msg="/root/compose.yaml: the attribute `version` is \\"obsolete\\""'
    expect(composeProblems(COMPOSE, said)[0]).toMatchObject({
      severity: 'warning',
      message: '/root/compose.yaml: the attribute `version` is "obsolete"',
    })
  })
})
