/** A second tab may ask for a session: the one that has it saves, lets go and says so on its screen. */
const channelName = (sessionId: string): string => `drydock-take-over/${sessionId}`

/** Asks whoever holds the session to save and let go. */
export function askForSession(sessionId: string): void {
  const channel = new BroadcastChannel(channelName(sessionId))
  channel.postMessage('take-over')
  channel.close()
}

/** Calls `letGo` when another tab asks for the session. @returns stops listening */
export function onAsked(sessionId: string, letGo: () => void): () => void {
  const channel = new BroadcastChannel(channelName(sessionId))
  channel.onmessage = letGo
  return () => channel.close()
}
