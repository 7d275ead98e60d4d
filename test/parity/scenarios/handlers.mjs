/** `--add-handler`: scripts that answer for files. */
import { utimes } from 'node:fs/promises'

const script = `
import json, sys
print("loaded", __name__)
COUNT = 0
def handle_request(environ, start_response):
    global COUNT
    COUNT += 1
    names = ("SCRIPT_NAME", "PATH_INFO", "SCRIPT_FILENAME", "QUERY_STRING", "REQUEST_METHOD", "REQUEST_URI",
             "DOCUMENT_ROOT", "CONTEXT_PREFIX", "CONTEXT_DOCUMENT_ROOT", "mod_wsgi.request_handler",
             "mod_wsgi.handler_script", "mod_wsgi.callable_object", "mod_wsgi.script_name",
             "mod_wsgi.path_info", "mod_wsgi.application_group")
    seen = {name: environ.get(name) for name in names}
    seen["body"] = environ["wsgi.input"].read().decode()
    seen["count"] = COUNT
    seen["module"] = [__name__, __file__, sys.modules[__name__].__dict__ is globals()]
    body = json.dumps(seen, sort_keys=True).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
def application(environ, start_response):
    raise ValueError("not asked")
`

const files = {
  'foo.py': script,
  'bar.py':
    'def application(environ, start_response):\n start_response("200 OK", [("Content-Type", "text/plain")])\n return [b"app of bar " + environ["SCRIPT_NAME"].encode()]\n',
  'odd.py': 'def handle_request(environ, start_response):\n raise ValueError(__name__)\n',
  'web/a.foo': 'text of a.foo',
  'web/a.bar': 'text of a.bar',
  'web/a.x-y': 'text of a.x-y',
  'web/a.txt': 'text of a.txt',
  'web/a.foo.txt': 'text of a.foo.txt',
  'web/a.FOO': 'text of a.FOO',
  'web/sub/index.html': 'index',
  'web/sub/b c.foo': 'text of b c.foo',
  'beside/c.foo': 'text of c.foo',
}

const get = (target, method = 'GET', more = '') =>
  `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`

/** The answer without the time of a file, which is that of this run. */
async function ask(site, request) {
  const answer = await site.ask(request)
  return { ...answer, fields: answer.fields.filter(field => !field.startsWith('last-modified')) }
}

const targets = [
  '/a.foo',
  '/a.foo/more/path?q=1',
  '/a.foo/',
  '/a.bar',
  '/a.bar/x',
  '/a.txt',
  '/a.foo.txt',
  '/sub/b%20c.foo',
  '/sub/',
  '/none.foo',
  '/none.foo/x',
  '/al/c.foo',
  '/al/c.foo/x',
  '/al/none.foo',
]

const handlers = {
  name: 'handlers of files',
  arguments: [
    ...['--add-handler', '.foo', 'foo.py', '--add-handler', '.bar', '{folder}/bar.py'],
    ...['--add-handler', '.x-y', 'odd.py'],
    ...['--document-root', '{folder}/web', '--url-alias', '/al', '{folder}/beside'],
  ],
  files,
  probes: {
    'not loaded before the first request': site => {
      return site.ask(get('/method')).then(() => site.server.file().includes('loaded'))
    },
    ...Object.fromEntries(targets.map(target => [target, site => ask(site, get(target))])),
    'the log of the first request': async site => (await site.server.logged(/loaded (\S+)/))[1],
    'POST with a body': site => site.ask(`${get('/a.foo', 'POST', 'Content-Length: 4\r\n')}body`),
    HEAD: site => site.ask(get('/a.foo', 'HEAD')),
    PUT: site => site.ask(`${get('/a.foo/x', 'PUT', 'Content-Length: 1\r\n')}b`),
    'a handler that raises': async site => {
      const answer = await site.ask(get('/a.x-y'))
      return [answer, (await site.server.logged(/ValueError: (\S+)/))[1]]
    },
    'the application beside it': site => site.ask(get('/method')),
  },
}

const broken = {
  name: 'handlers that cannot be loaded',
  arguments: ['--add-handler', '.foo', 'foo.py', '--document-root', '{folder}/web'],
  files: { ...files, 'foo.py': 'raise KeyError("broken")\n' },
  probes: {
    'its file': site => site.ask(get('/a.foo')),
    'what the log says': async site => {
      const line = await site.server.logged(/WSGI0174: .*?(\w+ exception raised)/)
      return line[1]
    },
    'the application': site => site.ask(get('/method')),
    repaired: async site => {
      await site.write('foo.py', script)
      return site.ask(get('/a.foo'))
    },
  },
}

const mounted = {
  name: 'handlers and a mount point',
  arguments: [
    ...['--add-handler', '.foo', 'foo.py', '--document-root', '{folder}/web'],
    ...['--mount-point', '/app', '--application-group', 'sub'],
  ],
  files,
  probes: Object.fromEntries(
    ['/a.foo', '/sub/b%20c.foo/x', '/app/none.foo'].map(target => [
      target,
      site => site.ask(get(target)),
    ]),
  ),
}

const ofFilesOnly = {
  name: 'handlers of a site without application',
  app: null,
  starts: false,
  files,
  probes: {
    'a file with a handler': async site => {
      const more = ['--application-type', 'static', '--add-handler', '.foo', 'foo.py']
      await site.start({ entry: ['web'], more })
      return site.ask(get('/a.foo'))
    },
    'a file without': site => ask(site, get('/a.txt')),
    'no file': site => site.ask(get('/none.foo')),
  },
}

const reloading = {
  name: 'handlers that ask for a new process',
  arguments: ['--add-handler', '.foo', 'foo.py', '--document-root', '{folder}/web'],
  files: {
    ...files,
    'foo.py': `${script}
import os
FIRST = os.stat(__file__).st_mtime
def reload_required(resource):
    print("asked about", resource)
    return os.stat(__file__).st_mtime != FIRST
`,
  },
  probes: {
    'nothing has changed': async site => {
      const counts = []
      for (let request = 0; request < 3; request++) {
        counts.push(JSON.parse((await site.ask(get('/a.foo'))).body).count)
      }
      return counts
    },
    'what it is asked': async site => (await site.server.logged(/asked about (.*)/))[1],
    'it has changed': async site => {
      await utimes(site.path('foo.py'), 1, 1)
      return JSON.parse((await site.ask(get('/a.foo'))).body).count
    },
  },
}

export default [handlers, broken, mounted, ofFilesOnly, reloading]
