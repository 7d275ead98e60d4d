import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { errorPage } from '../../../src/front/live-reload/error-page.js'
import type { FailureFrame } from '../../../src/workers/load-failure.js'

function frame(fields: Partial<FailureFrame> = {}): FailureFrame {
  return {
    file: '/site/app.py',
    line: 2,
    function: 'f',
    own: true,
    first: 1,
    source: ['a', 'b'],
    ...fields,
  }
}

const plain = errorPage({
  kind: 'failed',
  failure: { errors: [{ type: 'E', message: 'm', frames: [frame()] }], traceback: 't' },
})

/** Names of all elements, in their order. */
const elements = (html: string) => [...html.matchAll(/<\/?([a-z0-9!]+)/gi)].map(found => found[1])

describe('errorPage()', () => {
  test('no text of the site becomes an element or ends an attribute', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '</pre><script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        '</title>',
        "'&<!--",
      ),
    )
    fc.assert(
      fc.property(
        fc.tuple(text, text, text, text, text, text),
        ([type, message, file, name, line, traceback]) => {
          const frames = [frame({ file, function: `f${name}`, source: [line, 'b'] })]
          const html = errorPage({
            kind: 'failed',
            failure: { errors: [{ type, message: `m${message}`, frames }], traceback },
          })
          expect(elements(html)).toEqual(elements(plain))
        },
      ),
    )
    const died = (output: string) =>
      elements(errorPage({ kind: 'died', how: 'exit code 3', output }))
    expect(died('</pre><script>')).toEqual(died('x'))
  })

  test('begins with the innermost place of the project', () => {
    const frames = [
      frame({ file: '/site/outer.py' }),
      frame({ file: '/site/inner.py' }),
      frame({ file: '/lib/site-packages/x.py', own: false }),
    ]
    const html = errorPage({
      kind: 'failed',
      failure: { errors: [{ type: 'E', message: '', frames }], traceback: '' },
    })
    const places = [...html.matchAll(/<b>(.*?)<\/b>/g)].map(found => found[1])
    expect(places).toEqual(['/site/inner.py', '/lib/site-packages/x.py', '/site/outer.py'])
    expect(html).toContain('<details><summary class="place"><b>/lib/site-packages/x.py')
    expect(html).toContain('<span class="here"><i>2</i>b\n</span>')
  })
})
