import { memo } from 'react'
import type { SessionClient } from '../client/session-client.ts'
import { useStorage } from '../client/use-session.ts'
import { useText } from '../messages/use-text.ts'

/** Says when work is not being kept, and why. */
export const StorageBanner = memo(function StorageBanner({ client }: { client: SessionClient }) {
  const text = useText()
  const storage = useStorage(client)
  if (storage.kind !== 'unavailable' && storage.kind !== 'failing') return null
  return (
    <div className="banner storage-banner" role="alert">
      <strong>{text(storage.kind === 'unavailable' ? 'storageUnavailable' : 'storageFailing')}</strong>{' '}
      {text('storageText', { reason: storage.reason })}
    </div>
  )
})
