/** The documentation that a server shows (--enable-docs). */
import { expect, test } from 'vitest'
import { ask } from '../rig/http.js'
import { startServer } from '../rig/server.js'

test('a server without application leads to the documentation', async () => {
  const server = await startServer([])
  const start = await ask(server.url())
  expect(start.body).toContain('href="/__wsgi__/docs/"')
  const [picture] = /\/__wsgi__\/images\/[\w.-]+/.exec(start.body)!
  expect((await ask(server.url(picture))).headers['content-type']).toBe('image/svg+xml')
  const index = await ask(server.url('/__wsgi__/docs/'))
  expect(index.headers['content-type']).toBe('text/html')
  expect(index.body).toContain('<a href="options.html"')
  const options = await ask(server.url('/__wsgi__/docs/options.html'))
  expect(options.body).toContain('--enable-docs')
  expect((await ask(server.url('/__wsgi__/docs/style.css'))).status).toBe(200)
})
