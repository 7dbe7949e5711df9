/** Pages of our own in place of a blank one: the playground is closed, or nobody answers on the port. */
const page = (title: string, body: string, head = ''): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}<title>${title}</title>
<style>body{font:16px/1.6 system-ui,sans-serif;max-width:38rem;margin:16vh auto;padding:0 1.5rem;color:#334;background:#f6f8fb}
h1{font-size:1.4rem;margin:0 0 .5rem}code{background:#0001;padding:.1em .3em;border-radius:4px}a{color:#0b6bcb}
@media(prefers-color-scheme:dark){body{color:#cdd6e4;background:#0f1722}a{color:#6cb6ff}code{background:#fff2}}</style></head>
<body><h1>${title}</h1>${body}</body></html>`

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

export const closedPage = (playground: string): string =>
  page(
    'The playground is closed',
    `<p>This page is served by a container inside a Drydock playground, and the tab it lives in is not open.</p><p><a href="${escape(playground)}">Open the playground</a>, then come back and reload.</p>`,
  )

export const refusedPage = (reason: string): string =>
  page(
    'Nothing answers here',
    `<p>${escape(reason)}</p><p>As soon as something listens on this port, it appears here.</p>`,
    '<meta http-equiv="refresh" content="2">',
  )
