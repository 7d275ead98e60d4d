/** `--enable-docs`: where the documentation lies among what else is served. What it says is that of each tool. */

const get = target => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`

const files = {
  'beside/__wsgi__/images/own.txt': 'own picture',
  'beside/own.txt': 'own',
  'web/__wsgi__/docs/hidden.txt': 'of the document root',
  'web/__wsgi__/other.txt': 'of the document root',
}

async function ask(site, target) {
  const { status, body, fields } = await site.ask(get(target))
  const location = fields.find(field => field.startsWith('location')) ?? null
  return [status, location, status === 200 ? body : null]
}

const targets = [
  '/__wsgi__/images',
  '/__wsgi__/images/',
  '/__wsgi__/images/none',
  '/__wsgi__/images/own.txt',
  '/__wsgi__/other.txt',
  '/__wsgi__/none/status/204',
  '/own.txt',
]

const probes = Object.fromEntries(targets.map(target => [target, site => ask(site, target)]))

const enabled = {
  name: 'documentation beside the document root',
  arguments: ['--enable-docs', '--document-root', '{folder}/web'],
  files,
  probes,
}

const covered = {
  name: 'documentation behind aliases of the user',
  arguments: ['--enable-docs', '--url-alias', '/', '{folder}/beside/'],
  files,
  probes,
}

const disabled = {
  name: 'no documentation',
  arguments: ['--document-root', '{folder}/web'],
  files,
  probes: {
    ...probes,
    '/__wsgi__/docs/hidden.txt': site => ask(site, '/__wsgi__/docs/hidden.txt'),
  },
}

const byItself = {
  name: 'documentation without an application',
  app: null,
  starts: false,
  files,
  probes: {
    'pictures of the start page': async site => {
      await site.start({ entry: [] })
      return ask(site, '/__wsgi__/images')
    },
    'any path has the start page': async site => {
      const { status, fields } = await site.ask(get('/any/path'))
      return [status, fields.find(field => field.startsWith('content-type'))]
    },
    'not for files alone': async site => {
      await site.start({ entry: ['web'], more: ['--application-type', 'static'] })
      return ask(site, '/__wsgi__/images')
    },
  },
}

export default [enabled, covered, disabled, byItself]
