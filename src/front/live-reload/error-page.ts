/**
 * The page that says why the application cannot be loaded: what was raised, where, and the code around it. It is made
 * of the site's own text, all of which is escaped.
 */
import type { FailureError, FailureFrame, LoadFailure } from '../../workers/load-failure.js'

/** Why there is no application: what a worker reports, or what one printed that died before it could. */
export type NoApplication =
  | { readonly kind: 'failed'; readonly failure: LoadFailure }
  | { readonly kind: 'died'; readonly how: string; readonly output: string }

/** Nothing from elsewhere, whatever stands in the text; the script that reloads the page comes from this site. */
export const errorPagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; base-uri 'none'"

/** The HTML of the page. */
export function errorPage(why: NoApplication): string {
  const [title, body] =
    why.kind === 'failed'
      ? [headline(why.failure.errors[0]!), failedBody(why.failure)]
      : [`The application ended while it was loaded: ${why.how}`, outputOf(why.output)]
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(shortened(title))}</title>
<style>${style}</style></head><body>
<header><p>The application cannot be loaded</p><h1>${escapeHtml(title)}</h1></header>
${body}
<footer>modwsgi-dev shows this page on this machine only. It goes away by itself when the code is repaired.</footer>
</body></html>
`
}

function failedBody({ errors, traceback }: LoadFailure): string {
  return `${errors.map(errorSection).join('\n')}
<details><summary>Traceback, as in the log</summary><pre class="text">${escapeHtml(traceback)}</pre></details>`
}

/** The place that matters first: the innermost one of the project. */
function errorSection(error: FailureError, index: number): string {
  const frames = [...error.frames].reverse()
  const first = frames.findIndex(({ own }) => own)
  const ordered = first <= 0 ? frames : [frames[first]!, ...frames.filter((_, at) => at !== first)]
  const title = index === 0 ? '' : `<h2>Because of ${escapeHtml(headline(error))}</h2>`
  return `<section>${title}${ordered.map((frame, at) => frameBlock(frame, at === 0)).join('\n')}</section>`
}

function frameBlock(frame: FailureFrame, isFirst: boolean): string {
  const { file, line, function: name, own, source } = frame
  const place = `<b>${escapeHtml(file)}</b>, line ${line}${name === '' ? '' : `, in ${escapeHtml(name)}`}`
  if (source.length === 0) return `<p class="place">${place}</p>`
  const open = own || isFirst ? ' open' : ''
  return `<details${open}><summary class="place">${place}</summary><pre>${sourceLines(frame)}</pre></details>`
}

function sourceLines({ source, first, line }: FailureFrame): string {
  return source
    .map((text, index) => {
      const number = first + index
      const mark = number === line ? ' class="here"' : ''
      return `<span${mark}><i>${number}</i>${escapeHtml(text)}\n</span>`
    })
    .join('')
}

function outputOf(text: string): string {
  if (text === '') return '<p>It has printed nothing.</p>'
  return `<p>The last that it has printed:</p><pre class="text">${escapeHtml(text)}</pre>`
}

function headline({ type, message }: FailureError): string {
  return message === '' ? type : `${type}: ${message}`
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"'\0]/g,
    character => `&#${character === '\0' ? 0xfffd : character.charCodeAt(0)};`,
  )
}

const style = `
:root{color-scheme:light dark}
body{margin:0 auto;max-width:75rem;padding:1rem 1.5rem;font:15px/1.5 system-ui,sans-serif}
header p{margin:0;color:#b3261e;font-weight:600}
h1{margin:.2rem 0 1rem;font-size:1.35rem;white-space:pre-wrap;overflow-wrap:anywhere}
h2{font-size:1.05rem;white-space:pre-wrap;overflow-wrap:anywhere}
pre{margin:.2rem 0 .8rem;padding:.6rem 0;overflow:auto;background:#8881;border-radius:6px;font:13px/1.5 ui-monospace,monospace}
pre.text{padding:.6rem 1rem}
pre span{display:block;padding:0 1rem}
pre i{display:inline-block;min-width:3.5em;padding-right:1em;text-align:right;font-style:normal;opacity:.5;user-select:none}
.here{background:#e5393533}
.place{margin:.4rem 0;overflow-wrap:anywhere}
summary{cursor:pointer}
footer{margin-top:1.5rem;font-size:.85rem;opacity:.7}`
