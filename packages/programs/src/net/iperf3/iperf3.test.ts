import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { programs } from '../../index.ts'
import { bytesWords, lineOf, parseSize, rateWords } from './words.ts'

let kernel: TestKernel
beforeAll(async () => {
  kernel = await bootTestKernel(programs)
  await kernel.run(['ip', 'link', 'set', 'lo', 'up'])
})
afterAll(() => {
  expect(kernel.oopses()).toEqual([])
  kernel.shutdown()
})

/** A server for one test, and its client; numbers that differ from time to time become `*`. */
async function both(words: string) {
  const serving = kernel.run(['iperf3', '-s', '-1'])
  await kernel.run(['sleep', '0.1'])
  const client = await kernel.run(['iperf3', '-c', '127.0.0.1', ...words.split(' ')])
  const plain = (text: string): string =>
    text.replace(/ +[\d.]+ ([KMG]?Bytes) +[\d.]+ [KMG]?bits\/sec/g, '  *').replace(/port [34567]\d{4}/g, 'port *')
  return { client: { ...client, stdout: plain(client.stdout) }, server: plain((await serving).stdout) }
}

test('so many bytes over two connections', async () => {
  const { client, server } = await both('-n 1M -P 2')
  expect(client).toMatchObject({ status: 0, stderr: '' })
  const stream = (id: string, role: string): RegExp => new RegExp(`^\\[${id}\\]   0\\.00-\\S+ +sec  \\* +${role}$`, 'm')
  for (const sign of [
    /^Connecting to host 127\.0\.0\.1, port 5201\n\[ {2}5\] local 127\.0\.0\.1 port \* connected to 127\.0\.0\.1 port 5201\n\[ {2}7\] local/,
    /\n\[ ID\] Interval {11}Transfer {5}Bitrate\n\[ {2}5\] {3}0\.00-/,
    stream('  5', 'sender'),
    stream('  7', 'receiver'),
    stream('SUM', 'sender'),
    /\n\niperf Done\.\n$/,
  ])
    expect(client.stdout).toMatch(sign)
  for (const sign of [
    /^-{59}\nServer listening on 5201 \(test #1\)\n-{59}\nAccepted connection from 127\.0\.0\.1, port \*\n\[ {2}5\] local 127\.0\.0\.1 port 5201 connected to/,
    stream('  8', 'receiver'),
  ])
    expect(server).toMatch(sign)
})

test('the other way, as JSON', async () => {
  const { client } = await both('-n 1M -R -J')
  const { start, intervals, end } = JSON.parse(client.stdout)
  expect(start.test_start).toMatchObject({ protocol: 'TCP', reverse: 1, num_streams: 1 })
  expect(intervals.length).toBeGreaterThan(0)
  expect(end.sum_received.bytes).toBeGreaterThan(0)
  expect(end.sum_sent.bytes).toBeGreaterThanOrEqual(end.sum_received.bytes / 2)
})

test.each([
  ['-c 127.0.0.1 -p 1', 'iperf3: error - unable to connect to server: Connection refused\n'],
  ['-c 127.0.0.1 -u', 'iperf3: parameter error - there is no -u here\n'],
])('iperf3 %s is refused', async (words, stderr) => {
  expect(await kernel.run(['iperf3', ...words.split(' ')])).toMatchObject({ stderr, status: 1 })
})

test('numbers', () => {
  expect([131072, 1.84e9, 10485760, 0].map(bytesWords)).toEqual([
    ' 128 KBytes',
    '1.71 GBytes',
    '10.0 MBytes',
    '0.00 Bytes',
  ])
  expect([rateWords(1.84e9, 1), rateWords(131072, 1), rateWords(131072, 1, 'm')]).toEqual([
    '14.7 Gbits/sec',
    '1.05 Mbits/sec',
    '1.05 Mbits/sec',
  ])
  expect(['10M', '5', '1k', 'x'].map((each) => parseSize(each))).toEqual([10485760, 5, 1024, Number.NaN])
  expect(lineOf(5, 0, 10, 1.84e9, 'a', 'sender')).toBe(
    '[  5]   0.00-10.00  sec  1.71 GBytes  1.47 Gbits/sec                  sender\n',
  )
})
