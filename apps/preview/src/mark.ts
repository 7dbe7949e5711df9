/** In the fragment of an address that a page asks for: the lock which it holds as long as it wants the answer. */
export const HELD_MARK = 'drydock-held='
