import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/base/clock.js'
import { IncludedFiles } from '../../src/watch/included-files.js'
import { ReloadRules } from '../../src/watch/reload-rules.js'
import { SourceWatcher } from '../../src/watch/watcher.js'

test('what is there from the start is not new, whatever sign comes before it is looked at', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'config'))
  writeFileSync(join(folder, 'config/a.yaml'), 'one')
  const found: [string, boolean][] = []
  const rules = new ReloadRules({ folder, include: ['*.yaml'], exclude: [] })
  const included: IncludedFiles = new IncludedFiles(rules, {
    filesFound: (paths, isNew) =>
      found.push(...paths.map(path => [path, isNew] as [string, boolean])),
    foldersFound(folders) {
      // Something comes into the first folder while those in it are still to be looked at.
      if (folders[0] !== folder) return
      writeFileSync(join(folder, 'b.yaml'), 'one')
      included.sign(folder)
    },
  })
  await included.start()
  const [first, ...later] = found
  expect(first).toEqual([join(folder, 'config/a.yaml'), false])
  expect(later).toEqual([[join(folder, 'b.yaml'), true]])
})

test('a pipe is not read, whatever names it', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  writeFileSync(join(folder, 'a.yaml'), 'one')
  let told = () => {}
  const settled = new Promise<void>(resolve => (told = resolve))
  const watcher = new SourceWatcher(
    { touched() {}, settled: told, unchanged() {}, restless() {}, polls() {} },
    {
      clock: systemClock,
      rules: new ReloadRules({ folder, include: ['*'], exclude: [] }),
      polling: { polls: 'never', said: '', pause: null },
    },
  )
  onTestFinished(() => watcher.close())
  watcher.add([[join(folder, 'a.py'), null]])
  writeFileSync(join(folder, 'a.py'), 'one')
  await settled
})
