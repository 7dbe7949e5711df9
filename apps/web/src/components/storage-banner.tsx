import type { StorageState } from '@drydock/playground/rpc'
import { useText } from '../messages/use-text.ts'

/** Says when work is not being kept, and why. */
export function StorageBanner({ storage }: { storage: StorageState }) {
  const text = useText()
  if (storage.kind !== 'unavailable' && storage.kind !== 'failing') return null
  return (
    <div className="banner storage-banner" role="alert">
      <strong>{text(storage.kind === 'unavailable' ? 'storageUnavailable' : 'storageFailing')}</strong>{' '}
      {text('storageText', { reason: storage.reason })}
    </div>
  )
}
