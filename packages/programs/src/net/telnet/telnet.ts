import { isErrno } from '@drydock/abi'
import { defineProgram, flag, ResolveError, resolveHost, value } from '@drydock/libc'
import { connect } from '../http/connect.ts'
import { relay } from '../netcat/relay.ts'

const IAC = 255
const SB = 250
const SE = 240

/** The bytes without telnet's commands, which are refused by not being answered. RFC 854. */
function withoutCommands(bytes: Uint8Array): Uint8Array {
  const kept: number[] = []
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== IAC) kept.push(bytes[at] ?? 0)
    else if (bytes[at + 1] === IAC) kept.push(bytes[++at] ?? 0)
    else if (bytes[at + 1] === SB) while (at < bytes.length && bytes[at] !== SE) at++
    else at += (bytes[at + 1] ?? 0) >= SB ? 2 : 1
  }
  return Uint8Array.from(kept)
}

/** Lines end in CR LF on the wire. */
function toNetwork(bytes: Uint8Array): Uint8Array {
  const sent: number[] = []
  for (const byte of bytes) {
    if (byte === 10) sent.push(13)
    sent.push(byte)
    if (byte === IAC) sent.push(IAC)
  }
  return Uint8Array.from(sent)
}

const row = {
  covers: 'partial',
  lacks: ['option negotiation', 'the command mode behind ^]', 'character mode'],
  summary: 'user interface to the TELNET protocol',
  usage: 'telnet [host [port]]',
  options: { user: value('l'), auto: flag('a'), ipv4: flag('4') },
} as const

/** telnet. telnet(1). */
export const telnet = defineProgram({
  name: 'inetutils/telnet',
  paths: ['/usr/bin/telnet'],
  ...row,
  async main({ sys, io, operands }) {
    const [host, port = '23'] = operands
    if (host === undefined) {
      await io.warn('telnet: the command mode is not supported here\n')
      return 1
    }
    try {
      const [address = ''] = await resolveHost(sys, host)
      await io.print(`Trying ${address}...\n`)
      await io.out.flush()
      const stream = await connect(sys, address, Number(port))
      await io.print(`Connected to ${host}.\nEscape character is '^]'.\n`)
      await io.out.flush()
      await relay(sys, stream.fd, { shutdown: false, onSent: toNetwork, onReceived: withoutCommands })
      await io.warn('Connection closed by foreign host.\n')
      return 1
    } catch (error) {
      if (error instanceof ResolveError) await io.warn(`telnet: could not resolve ${host}/${port}: ${error.message}\n`)
      else if (isErrno(error)) await io.warn(`telnet: Unable to connect to remote host: ${error.message}\n`)
      else throw error
      return 1
    }
  },
})

export const busyboxTelnet = defineProgram({
  name: 'busybox/telnet',
  paths: ['/usr/bin/telnet'],
  ...row,
  async main({ sys, io, operands }) {
    const [host, port = '23'] = operands
    if (host === undefined) {
      await io.warn('Usage: telnet [-a] [-l USER] HOST [PORT]\n')
      return 1
    }
    let address = host
    try {
      ;[address = ''] = await resolveHost(sys, host)
      const stream = await connect(sys, address, Number(port))
      await io.print(`Connected to ${host}\n`)
      await io.out.flush()
      await relay(sys, stream.fd, { shutdown: false, onSent: toNetwork, onReceived: withoutCommands })
      await io.warn('Connection closed by foreign host\r\n')
      return 1
    } catch (error) {
      if (error instanceof ResolveError) await io.warn(`telnet: bad address '${host}'\n`)
      else if (isErrno(error)) await io.warn(`telnet: can't connect to remote host (${address}): ${error.message}\n`)
      else throw error
      return 1
    }
  },
})
