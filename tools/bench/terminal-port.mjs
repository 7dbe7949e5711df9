/**
 * Runs in the page before anything else: looks at what passes the terminal's MessagePort, so that an echo can be found in a
 * flood which no eye could follow. `globalThis.terminalPort` then measures.
 */
export function watchTerminalPort() {
  const decoder = new TextDecoder()
  const { set } = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage')
  const { postMessage } = MessagePort.prototype
  /** Waits for a text among the bytes that come in, and then for the credit that says they are on the screen. */
  let wanted
  let arrived = 0
  let credited = 0
  let tail = ''
  let terminal
  Object.defineProperty(MessagePort.prototype, 'onmessage', {
    set(handler) {
      set.call(this, (event) => {
        // Other streams of the page speak alike; a terminal begins with the host's greeting.
        if (event.data?.kind === 'greeting') terminal = this
        if (this === terminal && event.data.kind === 'data') see(event.data.bytes)
        handler(event)
      })
    },
  })
  function see(bytes) {
    arrived += bytes.length
    if (!wanted || wanted.at !== undefined) return
    // The prompt is short and comes last; a marker may be anywhere.
    const text = decoder.decode(wanted.atEnd ? bytes.subarray(-256) : bytes)
    tail = (tail + text).slice(-256)
    if (wanted.pattern.test(wanted.atEnd ? tail : text)) wanted.at = arrived
  }
  MessagePort.prototype.postMessage = function (message, ...rest) {
    if (this === terminal && message?.kind === 'credit') {
      credited += message.bytes
      if (wanted?.at !== undefined && credited >= wanted.at) {
        const { resolve, started } = wanted
        wanted = undefined
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)))
      }
    }
    return postMessage.call(this, message, ...rest)
  }
  const expect = (pattern, atEnd) => {
    tail = ''
    return new Promise((resolve) => (wanted = { pattern, atEnd, resolve, started: performance.now() }))
  }
  const PROMPT = /\$ $/
  let coming
  globalThis.terminalPort = {
    expectPrompt() {
      coming = expect(PROMPT, true)
    },
    prompted: () => coming,
    /** A key as xterm hears it; milliseconds to the frame that shows its echo. */
    echo(key) {
      const shown = expect(new RegExp(key), false)
      const area = document.querySelector('.xterm-helper-textarea')
      area.value = key
      area.dispatchEvent(new InputEvent('input', { data: key, inputType: 'insertText', bubbles: true, composed: true }))
      return shown
    },
    interrupt() {
      const shown = expect(PROMPT, true)
      const area = document.querySelector('.xterm-helper-textarea')
      area.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'c', code: 'KeyC', keyCode: 67, ctrlKey: true, bubbles: true }),
      )
      return shown
    },
  }
}
