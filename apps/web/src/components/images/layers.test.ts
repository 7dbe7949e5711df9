import type { HistoryItem } from '@drydock/docker-api'
import { expect, it } from 'vitest'
import { layersOf } from './layers.ts'

const item = (CreatedBy: string, Size: number) => ({ CreatedBy, Size }) as HistoryItem
const BASE = [item('CMD ["sh"]', 0), item('ADD rootfs.tar.gz / # buildkit', 8)]

it.each([
  [
    'a step that changed nothing has a layer',
    [item('RUN /bin/sh -c true # buildkit', 0), ...BASE],
    ['b', undefined, 'a'],
  ],
  [
    'a directory that was there has none',
    [item('WORKDIR /', 0), item('COPY x / # buildkit', 1), ...BASE],
    [undefined, 'b', undefined, 'a'],
  ],
  ['a directory that was made has one', [item('WORKDIR /srv', 0), ...BASE], ['b', undefined, 'a']],
])('%s', (_, history, layers) => {
  expect(layersOf(history, ['a', 'b'])).toEqual(layers)
})
