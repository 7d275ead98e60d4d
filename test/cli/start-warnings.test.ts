import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startWarnings } from '../../src/cli/start-warnings.js'
import { defaultSettings } from '../../src/settings/settings.js'
import { temporaryProject } from '../settings/temporary-project.js'

const facts = { asRoot: false, madeDocumentRoot: false, aliasAdvice: '', trustAdvice: null }

describe('startWarnings()', () => {
  test('says nothing of a start as it should be', () => {
    const root = temporaryProject({ 'static/a.css': '' })
    const urlAlias = [
      ['/static', join(root, 'static/')],
      ['/a', join(root, 'static/a.css')],
    ] as const
    expect(startWarnings({ ...defaultSettings, urlAlias }, facts)).toEqual([])
  })

  test('names each alias that leads to nothing, with what to do', () => {
    const root = temporaryProject({ 'a.css': '' })
    symlinkSync('nowhere', join(root, 'broken'))
    const urlAlias = [
      ['/none', join(root, 'none')],
      ['/a', join(root, 'a.css')],
      ['/broken', join(root, 'broken')],
    ] as const
    expect(
      startWarnings({ ...defaultSettings, urlAlias }, { ...facts, aliasAdvice: ' (make it)' }),
    ).toEqual([
      `--url-alias /none leads to ${root}/none, which does not exist: requests below it are refused for as long (make it)`,
      `--url-alias /broken leads to ${root}/broken, which does not exist: requests below it are refused for as long (make it)`,
    ])
  })

  test('tells of a document root that was made', () => {
    const settings = { ...defaultSettings, documentRoot: '/srv/site' }
    expect(startWarnings(settings, { ...facts, madeDocumentRoot: true })).toEqual([
      '--document-root /srv/site did not exist: it was made, and is empty',
    ])
  })

  test('says what --live-reload is good for where code is not reloaded', () => {
    const settings = { ...defaultSettings, liveReload: true }
    expect(startWarnings(settings, facts)).toEqual([])
    expect(startWarnings({ ...settings, disableReloading: true }, facts)).toEqual([
      '--live-reload: pages follow files of the server only, since code is not reloaded (--disable-reloading, or the mode of the server)',
    ])
  })

  test('says that a group which nobody is asked for lets everybody in', () => {
    const settings = { ...defaultSettings, authGroup: 'staff' }
    expect(startWarnings(settings, facts)).toEqual([
      'without --auth-group-script --auth-group has no effect',
    ])
    const asked = { authUserScript: '/a.py', authGroupScript: '/a.py' }
    expect(startWarnings({ ...settings, ...asked }, facts)).toEqual([])
  })

  test('says that a scheme and groups without users let everybody in', () => {
    const nobody = { ...defaultSettings, authType: 'Digest' }
    expect(startWarnings(nobody, facts)).toEqual([
      'without --auth-user-script --auth-type has no effect: everybody may see the site',
    ])
    expect(startWarnings({ ...nobody, authGroupScript: '/a.py' }, facts)).toEqual([
      'without --auth-user-script --auth-group-script and --auth-type have no effect: everybody may see the site',
    ])
    expect(startWarnings({ ...nobody, authUserScript: '/a.py' }, facts)).toEqual([])
  })

  test('names globs that nothing is compared with', () => {
    const globs = { ...defaultSettings, reloadInclude: ['*.yaml'], reloadExclude: ['a.py'] }
    expect(startWarnings(globs, facts)).toEqual([
      'without --reload-on-changes --reload-include and --reload-exclude have no effect',
    ])
    expect(startWarnings({ ...globs, reloadExclude: [] }, facts)).toEqual([
      'without --reload-on-changes --reload-include has no effect',
    ])
    expect(startWarnings({ ...globs, reloadOnChanges: true }, facts)).toEqual([])
    expect(
      startWarnings({ ...globs, reloadOnChanges: true, disableReloading: true }, facts),
    ).toHaveLength(1)
  })

  test('warns of running as root', () => {
    expect(startWarnings(defaultSettings, { ...facts, asRoot: true })).toEqual([
      'running as root without --user: the application has all rights of root',
    ])
  })
})
