import type { StorageState } from '@drydock/playground/rpc'

/** Says when work is not being kept, and why. */
export function StorageBanner({ storage }: { storage: StorageState }) {
  if (storage.kind !== 'unavailable' && storage.kind !== 'failing') return null
  const lead = storage.kind === 'unavailable' ? 'This browser keeps nothing for this page' : 'Saving failed'
  return (
    <div className="banner storage-banner" role="alert">
      <strong>{lead}</strong> ({storage.reason}). The playground works, but your work is not saved: a reload or closing
      the tab loses it.
    </div>
  )
}
