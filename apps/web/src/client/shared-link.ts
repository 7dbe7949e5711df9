import { SHARED } from './session-address.ts'

/** Longer links break in chats and in some browsers. */
export const MOST_LINK_CHARACTERS = 60_000

/** The session's file in the address, behind #: it is sent to no server. Undefined when it does not fit into one. */
export function linkTo(file: Uint8Array): string | undefined {
  const payload = encode(file)
  return payload.length > MOST_LINK_CHARACTERS ? undefined : `${location.origin}${location.pathname}${SHARED}${payload}`
}

/** base64url, RFC 4648 section 5, without padding. */
function encode(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** @throws Error when it is no base64url, or too long to be one of ours */
export function fileIn(payload: string): Uint8Array {
  if (payload.length > MOST_LINK_CHARACTERS || !/^[\w-]+$/.test(payload)) throw new Error('this link is damaged')
  const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
