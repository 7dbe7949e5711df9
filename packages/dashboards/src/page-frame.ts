import { escapeHtml } from './web-app.ts'

const STYLE = `
:root{color-scheme:light dark;--text:#1d2733;--muted:#5a6876;--back:#f4f6f8;--card:#fff;--line:#dde3e9;--soft:#eef2f5;--field:#aab6c2;--good:#0f6b3d;--goodback:#e2f4ea;--bad:#a3212c;--badback:#fdecec;--link:#0b5cad}
@media(prefers-color-scheme:dark){:root{--text:#dde4ec;--muted:#9aa8b6;--back:#12181f;--card:#1a222b;--line:#2c3742;--soft:#222c36;--field:#4a5866;--good:#6fd49b;--goodback:#12311f;--bad:#ff9a9f;--badback:#3a1a1d;--link:#7db8f5}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back)}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,textarea:focus-visible{outline:2px solid var(--link);outline-offset:1px}
header{background:var(--brand);color:#fff;padding:.7rem 1.4rem;display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;align-items:center}header b{font-size:1.1rem;display:flex;gap:.55rem;align-items:center}header b i{font:700 .95rem/1.7rem system-ui,sans-serif;width:1.7rem;text-align:center;border-radius:6px;background:#fff;color:var(--brand)}header a{color:#fff}header small{opacity:.85;margin-left:auto}
main{max-width:76rem;margin:1.3rem auto;padding:0 1.4rem 3rem}h1{font-size:1.35rem;margin:.2rem 0 1rem}h2{font-size:1.05rem;margin:1.6rem 0 .6rem}
.side{display:grid;grid-template-columns:13.5rem 1fr;min-height:calc(100vh - 3.1rem)}.side>nav{background:var(--card);border-right:1px solid var(--line);padding:1rem .6rem;display:flex;flex-direction:column;gap:.1rem}.side>nav a{color:inherit;padding:.4rem .8rem;border-radius:6px;overflow-wrap:anywhere}.side>nav a:hover{background:var(--soft);text-decoration:none}.side>nav a[aria-current]{background:var(--soft);font-weight:600;box-shadow:inset 3px 0 var(--brand)}.side>nav a.sub{padding-left:1.6rem;font-size:.92rem}.side>main{margin:1.3rem 0;max-width:none;min-width:0}
@media(max-width:42rem){.side{display:block}.side>nav{flex-direction:row;flex-wrap:wrap;border:0;border-bottom:1px solid var(--line)}}
.door main{max-width:27rem;padding-top:6vh}.door form.card{max-width:none}
.scroll{overflow-x:auto}table{border-collapse:separate;border-spacing:0;width:100%;background:var(--card);border:1px solid var(--line);border-radius:8px;overflow:hidden;font-variant-numeric:tabular-nums}th,td{padding:.45rem .8rem;text-align:left;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:break-word}thead th{border-top:0;color:var(--muted);font-size:.85rem;font-weight:600;background:var(--soft);white-space:nowrap}tbody tr:first-child td{border-top:0}tbody tr:hover td{background:var(--soft)}
form.card,.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1.1rem 1.3rem}form.card{max-width:32rem;display:grid;gap:.8rem}label{display:grid;gap:.25rem;font-weight:600}
input,select,textarea{font:inherit;font-weight:400;padding:.45rem .6rem;border:1px solid var(--field);border-radius:6px;background:var(--card);color:inherit;width:100%}textarea{font-family:ui-monospace,monospace;min-height:7rem}.line{display:flex;gap:.6rem;align-items:end}.line label{flex:1}
button,a.button{font:inherit;padding:.35rem .8rem;border:1px solid var(--field);border-radius:6px;background:var(--card);color:var(--text);cursor:pointer;display:inline-block}button:hover,a.button:hover{background:var(--soft);text-decoration:none}a.button[aria-current]{background:var(--soft);font-weight:600}button.main{background:var(--brand);border-color:var(--brand);color:#fff}button.main:hover{filter:brightness(1.12)}td form,.acts form{display:inline}td button{padding:.1rem .55rem;font-size:.88rem}
.bad{color:var(--bad)}p.bad{background:var(--badback);border-radius:6px;padding:.55rem .9rem}.good{color:var(--good)}.badge{display:inline-block;padding:0 .55rem;border-radius:99px;font-size:.85rem;font-weight:600;background:var(--soft);color:var(--muted)}.badge.good{background:var(--goodback);color:var(--good)}.badge.bad{background:var(--badback);color:var(--bad)}.muted{color:var(--muted)}
code,pre{font:13px/1.5 ui-monospace,monospace}pre{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;overflow:auto;max-height:32rem}
.cards{display:flex;flex-wrap:wrap;gap:.9rem}.cards>*{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.8rem 1.2rem;min-width:9rem;color:inherit}.cards b{display:block;font-size:1.6rem;line-height:1.3}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.4rem;margin:0}dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}.tabs{display:flex;gap:.2rem;border-bottom:1px solid var(--line);margin-bottom:1rem}.tabs a{color:inherit;padding:.4rem .9rem}.tabs a[aria-current]{border-bottom:2px solid var(--brand);font-weight:600}
svg.chart{display:block;width:100%;height:auto}svg.chart text{fill:var(--muted);font:11px system-ui,sans-serif}svg.chart line{stroke:var(--line)}.legend{display:flex;flex-wrap:wrap;gap:.1rem 1rem;font-size:.85rem;color:var(--muted);margin:.4rem 0 0;padding:0;list-style:none}.legend i{display:inline-block;width:.8rem;height:.2rem;border-radius:2px;margin-right:.4rem;vertical-align:middle}
`

const framed = (title: string, colour: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title>
<style>${STYLE}:root{--brand:${colour}}</style></head>
${body}
</html>
`

const head = (title: string, nav: string): string =>
  `<header><b><i aria-hidden="true">${escapeHtml(title.slice(0, 1))}</i>${escapeHtml(title)}</b>${nav}<small>a small stand-in, made for this playground</small></header>`

/**
 * A page of a stand-in: it says that it is one. Without links in its head it is a door, a narrow page with a form.
 * @param colour of its head
 * @param nav links of its head
 */
export const document = (title: string, colour: string, nav: string, main: string): string =>
  framed(title, colour, `<body${nav === '' ? ' class="door"' : ''}>${head(title, nav)}<main>\n${main}\n</main></body>`)

export interface SideLink {
  readonly href: string
  readonly text: string
  /** Belongs to the one before it. */
  readonly sub?: boolean
}

/** A page with its links at the side. @param here the link of this page */
export function sideDocument(
  title: string,
  colour: string,
  { nav, links, here }: { readonly nav: string; readonly links: readonly SideLink[]; readonly here: string },
  main: string,
): string {
  const drawn = links.map(
    ({ href, text, sub }) =>
      `<a href="${escapeHtml(href)}"${sub ? ' class="sub"' : ''}${href === here ? ' aria-current="page"' : ''}>${escapeHtml(text)}</a>`,
  )
  return framed(
    title,
    colour,
    `<body>${head(title, nav)}<div class="side"><nav>${drawn.join('')}</nav><main>\n${main}\n</main></div></body>`,
  )
}

/** Links between views of one thing. @param here the one that is shown */
export const tabs = (links: readonly (readonly [href: string, text: string])[], here: string): string =>
  `<div class="tabs">${links
    .map(
      ([href, text]) =>
        `<a href="${escapeHtml(href)}"${text === here ? ' aria-current="page"' : ''}>${escapeHtml(text)}</a>`,
    )
    .join('')}</div>`

/** Draws the page anew every few seconds, unless somebody writes in it. */
export const live = (everyMs: number): string =>
  `<script>setInterval(async () => { if (document.hidden || document.activeElement?.matches('input,textarea,select')) return
const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html')
document.querySelector('main').replaceChildren(...[...page.querySelector('main').childNodes].filter((each) => each.nodeName !== 'SCRIPT')) }, ${everyMs})</script>`
