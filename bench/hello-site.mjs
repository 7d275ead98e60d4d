import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const script = `
def application(environ, start_response):
    body = b"Hello World!"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
`

/**
 * A site of one WSGI script that answers with 12 bytes.
 *
 * @param {import('./scenario.mjs').SitePlace} place
 * @returns {Promise<import('./scenario.mjs').Site>}
 */
export async function makeHelloSite({ folder }) {
  await writeFile(join(folder, 'wsgi.py'), script)
  return {
    folder,
    script: 'wsgi.py',
    module: 'wsgi',
    path: '/',
    isRight: body => body.toString() === 'Hello World!',
  }
}
