/** What the recording of the frameworks has to show, so that comparing with it proves what it should. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const path = new URL('recorded/frameworks.json', import.meta.url)
const recorded: Record<string, Record<string, unknown>> = JSON.parse(readFileSync(path, 'utf8'))

const textOf = (scenario: string) => JSON.stringify(recorded[scenario])

describe.each(['Django', 'Flask', 'Pyramid'])('%s', framework => {
  const within = `${framework} within wsgiref.validate`

  test('wsgiref.validate is silent about all that is asked of it', () => {
    expect(recorded[within]).toMatchObject({ 'what wsgiref.validate says in the end': '' })
    expect(textOf(within)).not.toContain('"found"')
  })

  test.each(Object.keys(recorded).filter(name => name.startsWith(framework)))(
    '%s answers',
    name => {
      expect(textOf(name)).toContain('"HTTP/1.1 200 OK"')
      expect(textOf(name)).not.toContain('"failed"')
    },
  )
})

test('wsgiref.validate speaks about applications that are wrong', () => {
  const wrong = Object.values(recorded['wsgiref.validate and applications that are wrong']!)
  expect(wrong.length).toBeGreaterThan(0)
  for (const probe of wrong) expect(JSON.stringify(probe)).toMatch(/AssertionError: |WSGIWarning: /)
})
