import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isTrusted, prepareRunFolder, runFolders } from '../../src/control/run-folder.js'

const { uid, homedir } = userInfo()

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('runFolders()', () => {
  const inHome = join(homedir, '.local/state/modwsgi-dev/run')

  test('begins with the folder for state, and ends with one that needs no home', () => {
    expect(runFolders({ env: { XDG_STATE_HOME: '/state' }, uid: 7 })).toEqual([
      '/state/modwsgi-dev/run',
      inHome,
      '/tmp/modwsgi-dev-7',
    ])
  })

  test.each([{}, { XDG_STATE_HOME: '' }, { XDG_STATE_HOME: 'relative' }])(
    'of %j is in the home',
    env => {
      expect(runFolders({ env, uid: 7 })).toEqual([inHome, '/tmp/modwsgi-dev-7'])
    },
  )

  test('does not believe HOME and TMPDIR, which differ between shells', () => {
    const env = { HOME: '/elsewhere', TMPDIR: '/elsewhere' }
    expect(runFolders({ env, uid: 7 })).toEqual([inHome, '/tmp/modwsgi-dev-7'])
  })
})

describe('prepareRunFolder()', () => {
  test('makes it for this user alone, whatever it was', () => {
    const folder = join(temporaryFolder(), 'state/modwsgi-dev/run')
    prepareRunFolder(folder, uid)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    chmodSync(folder, 0o755)
    prepareRunFolder(folder, uid)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  test('refuses a link, which somebody else may have made', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'target'))
    symlinkSync(join(folder, 'target'), join(folder, 'run'))
    expect(() => prepareRunFolder(join(folder, 'run'), uid)).toThrow('belongs to another user')
  })

  test('gives up where nothing can be made', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    const places = [
      join(folder, 'file/state/run'),
      ...(existsSync('/proc/self') ? ['/proc/none/run'] : []),
    ]
    for (const place of places) expect(() => prepareRunFolder(place, uid)).toThrow()
  })

  test.runIf(uid === 0)('makes nothing in the folder of another user', () => {
    const folder = temporaryFolder()
    chownSync(folder, 65534, 65534)
    expect(() => prepareRunFolder(join(folder, 'state/run'), uid)).toThrow(
      `${folder} belongs to another user`,
    )
    mkdirSync(join(folder, 'mine'))
    mkdirSync(join(folder, 'mine/run'))
    chownSync(join(folder, 'mine/run'), 65534, 65534)
    expect(() => prepareRunFolder(join(folder, 'mine/run'), uid)).toThrow('belongs to another user')
  })
})

describe('isTrusted()', () => {
  test('is a folder in /tmp only if it is the own one, and no link to it', () => {
    const folder = mkdtempSync('/tmp/modwsgi-test-')
    const link = `${folder}-link`
    symlinkSync(folder, link)
    onTestFinished(() => {
      rmSync(link)
      rmSync(folder, { recursive: true })
    })
    expect(isTrusted(folder, uid)).toBe(true)
    expect(isTrusted(folder, uid + 1)).toBe(false)
    expect(isTrusted(link, uid)).toBe(false)
    expect(isTrusted(`${folder}-none`, uid)).toBe(false)
    // Root names the folder of somebody else by XDG_STATE_HOME.
    expect(isTrusted(join(folder, 'state/run'), uid + 1)).toBe(true)
  })
})
