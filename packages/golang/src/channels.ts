import { errorValue, GoPanic } from './panic.ts'
import { Channel, type Value } from './values.ts'

export const canTake = (channel: Channel): boolean =>
  channel.queue.length > 0 || channel.senders.length > 0 || channel.closed
export const canSend = (channel: Channel): boolean => channel.takers.length > 0 || channel.queue.length < channel.room

export function send(channel: Value, value: Value): Promise<void> {
  if (!(channel instanceof Channel)) return new Promise(() => undefined)
  if (channel.closed) throw new GoPanic(errorValue('send on closed channel'), 'send on closed channel')
  const taker = channel.takers.shift()
  if (taker) taker({ value, ok: true })
  else if (channel.queue.length < channel.room) channel.queue.push(value)
  else return new Promise((done) => channel.senders.push({ value, done }))
  return Promise.resolve()
}

export function take(channel: Value): Promise<{ value: Value; ok: boolean }> {
  if (!(channel instanceof Channel)) return new Promise(() => undefined)
  const sender = channel.senders.shift()
  if (channel.queue.length > 0) {
    const value = channel.queue.shift()
    if (sender) {
      channel.queue.push(sender.value)
      sender.done()
    }
    return Promise.resolve({ value, ok: true })
  }
  if (sender) {
    sender.done()
    return Promise.resolve({ value: sender.value, ok: true })
  }
  if (channel.closed) return Promise.resolve({ value: undefined, ok: false })
  return new Promise((resolve) => channel.takers.push(resolve))
}
