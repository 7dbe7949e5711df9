import type { HostView, SessionView } from '@drydock/playground/rpc'
import { lazy, memo, Suspense, useCallback, useMemo, useState } from 'react'
import type { SessionClient } from '../client/session-client.ts'
import type { TimeTravel } from '../timeline/use-time-travel.ts'
import { Toasts } from './kit/toasts.tsx'

export type OverlayName = 'palette' | 'settings' | 'share' | 'templates' | 'received'

export interface OverlayState {
  readonly open: OverlayName | undefined
  show(overlay: OverlayName | undefined): void
}

export function useOverlay(first: OverlayName | undefined): OverlayState {
  const [open, setOpen] = useState(first)
  const show = useCallback((overlay: OverlayName | undefined) => setOpen(overlay), [])
  return useMemo(() => ({ open, show }), [open, show])
}

export interface OverlayProps {
  readonly overlay: OverlayState
  readonly travel: TimeTravel
  /** A session's file that stood in the address. */
  readonly shared: string | undefined
  readonly view: SessionView
  readonly client: SessionClient
  readonly host: HostView | undefined
  readonly onSelect: (host: string) => void
  readonly onAdd: () => Promise<void>
  readonly onOpenPort: (port: number) => void
}

const Palette = lazy(() => import('./palette/palette.tsx'))
const ShareDialog = lazy(() => import('./share/share-dialog.tsx'))
const ReceivedDialog = lazy(() => import('./share/received-dialog.tsx'))
const TemplatesDialog = lazy(() => import('./templates/templates-dialog.tsx'))
const SettingsDialog = lazy(() => import('./settings/settings-dialog.tsx'))

/** Windows over the page; each is loaded when first opened. */
export const Overlays = memo(function Overlays(props: OverlayProps) {
  const { overlay, travel, view, client, host, shared } = props
  const close = (): void => overlay.show(undefined)
  const undo = (id: number): void => {
    const moment = view.moments.find((each) => each.id === id)
    if (moment) void travel.goBack(moment)
  }
  return (
    <>
      <Suspense>
        {overlay.open === 'palette' && <Palette {...props} />}
        {overlay.open === 'settings' && <SettingsDialog onClose={close} />}
        {overlay.open === 'templates' && <TemplatesDialog onClose={close} />}
        {overlay.open === 'share' && <ShareDialog client={client} sessionId={view.id} host={host} onClose={close} />}
        {overlay.open === 'received' && shared !== undefined && (
          <ReceivedDialog client={client} sessionId={view.id} payload={shared} onClose={close} />
        )}
      </Suspense>
      <Toasts onUndo={undo} />
    </>
  )
})
