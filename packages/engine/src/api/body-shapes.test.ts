import { expect, test } from 'vitest'
import { type Shape, typeError } from '../go-json/shape.ts'
import { CONTAINER_CREATE, EXEC_CREATE, NETWORK_CREATE, VOLUME_CREATE } from './body-shapes.ts'

const FIELD = 'json: cannot unmarshal'

/** What Go 1.24 says of a value of another type. */
const ROWS: readonly (readonly [Shape, unknown, string | undefined])[] = [
  [CONTAINER_CREATE, { Image: 'busybox', Cmd: 'one string', Nonsense: [1], HostConfig: null }, undefined],
  [CONTAINER_CREATE, { Image: 5 }, `${FIELD} number into Go struct field CreateRequest.Config.Image of type string`],
  [CONTAINER_CREATE, { Tty: 'yes' }, `${FIELD} string into Go struct field CreateRequest.Config.Tty of type bool`],
  [CONTAINER_CREATE, { Env: [1] }, `${FIELD} number into Go struct field CreateRequest.Config.Env of type string`],
  [CONTAINER_CREATE, { Env: {} }, `${FIELD} object into Go struct field CreateRequest.Config.Env of type []string`],
  [
    CONTAINER_CREATE,
    { HostConfig: { Memory: '1g' } },
    `${FIELD} string into Go struct field HostConfig.HostConfig.Resources.Memory of type int64`,
  ],
  [
    CONTAINER_CREATE,
    { HostConfig: { NanoCpus: 1.5 } },
    `${FIELD} number 1.5 into Go struct field HostConfig.HostConfig.Resources.NanoCpus of type int64`,
  ],
  [
    CONTAINER_CREATE,
    { HostConfig: { RestartPolicy: { Name: true } } },
    `${FIELD} bool into Go struct field RestartPolicy.HostConfig.RestartPolicy.Name of type string`,
  ],
  [CONTAINER_CREATE, [], `${FIELD} array into Go value of type container.CreateRequest`],
  [EXEC_CREATE, { Cmd: 'ls' }, `${FIELD} string into Go struct field ExecOptions.Cmd of type []string`],
  [NETWORK_CREATE, { Internal: 1 }, `${FIELD} number into Go struct field CreateRequest.Internal of type bool`],
  [
    VOLUME_CREATE,
    { DriverOpts: { a: 1 } },
    `${FIELD} number into Go struct field CreateOptions.DriverOpts of type string`,
  ],
]

test.each(ROWS)('%# %j', (shape, value, message) => expect(typeError(shape, value)).toBe(message))
