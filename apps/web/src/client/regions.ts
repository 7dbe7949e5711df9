const FOCUSABLE = 'button, a[href], input, select, textarea, [tabindex="0"]'

const isShown = (element: Element): boolean => element.getClientRects().length > 0

/** What takes the focus in a region: the terminal where there is one, else the first control. */
function entryOf(region: Element): HTMLElement | undefined {
  const terminal = [...region.querySelectorAll<HTMLElement>('.xterm-helper-textarea')].find((area) =>
    isShown(area.closest('.terminal') ?? area),
  )
  return terminal ?? [...region.querySelectorAll<HTMLElement>(FOCUSABLE)].find(isShown)
}

/** Moves the focus to the next part of the page: a terminal keeps Tab for itself, so there has to be another way out. */
export function focusNextRegion(): void {
  const regions = [...document.querySelectorAll('[data-region]')].filter(isShown)
  const here = regions.findIndex((region) => region.contains(document.activeElement))
  for (let step = 1; step <= regions.length; step++) {
    const region = regions[(here + step) % regions.length]
    const entry = region && entryOf(region)
    if (entry) return entry.focus()
  }
}
