import { expect, test } from 'vitest'
import {
  processVariables,
  type ScriptRequest,
  scriptVariables,
} from '../../../src/front/cgi/script-environ.js'
import type { ScriptResolution } from '../../../src/static/site.js'

const script: ScriptResolution = {
  kind: 'script',
  runs: true,
  exists: true,
  extension: '.cgi',
  alias: null,
  scriptFilename: '/srv/x.cgi',
  scriptName: '/x.cgi',
  pathInfo: '',
}

const request: ScriptRequest = {
  method: 'GET',
  sentTarget: '/x.cgi?q',
  protocol: 'HTTP/1.1',
  query: 'q',
  redirected: '',
  client: '\0HTTP_HOST\0h\0HTTP_AUTHORIZATION\0Basic x',
  own: '',
  pathTranslated: null,
}

const shared = { constant: '\0DOCUMENT_ROOT\0/srv\0mod_wsgi.x\0y', variables: '\0foo.bar\0b' }

test('scriptVariables() passes no passwords, and nothing of WSGI', () => {
  const variables = scriptVariables(script, request, shared, {})
  expect(variables.get('HTTP_HOST')).toBe('h')
  expect(variables.has('HTTP_AUTHORIZATION')).toBe(false)
  expect([...variables.keys()].filter(name => name.startsWith('mod_wsgi'))).toEqual([])
  expect(variables.has('PATH_INFO')).toBe(false)
})

test('scriptVariables() takes PATH from the variables of the user, the server, or Apache', () => {
  const path = (variables: string, env: NodeJS.ProcessEnv) =>
    scriptVariables(script, request, { ...shared, variables }, env).get('PATH')
  expect(path('\0PATH\0/a', { PATH: '/b' })).toBe('/a')
  expect(path('', { PATH: '/b' })).toBe('/b')
  expect(path('', {})).toMatch(/^\/bin:/)
})

test('processVariables() makes names of what is none, and passes the time zone on', () => {
  const variables = new Map([
    ['foo.bar-x', 'a'],
    ['9x', 'b'],
  ])
  expect(processVariables(variables, { TZ: 'UTC', HOME: '/x' })).toEqual([
    ['TZ', 'UTC'],
    ['foo_bar_x', 'a'],
    ['_x', 'b'],
  ])
})

test('scriptVariables() has what is told of the request itself, but for what is of applications', () => {
  const own = '\0REQUEST_SCHEME\0https\0wsgi.url_scheme\0https\0HTTPS\0on\0REMOTE_USER\0me'
  const variables = scriptVariables(script, { ...request, own }, shared, {})
  expect(variables.get('REQUEST_SCHEME')).toBe('https')
  expect(variables.get('REMOTE_USER')).toBe('me')
  expect(variables.has('wsgi.url_scheme')).toBe(false)
})
