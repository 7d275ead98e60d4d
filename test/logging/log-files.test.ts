import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { LogFiles } from '../../src/logging/log-files.js'
import { rotatingFileSink } from '../../src/logging/rotating-file.js'
import { fileSink } from '../../src/logging/sinks.js'

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('LogFiles', () => {
  test('writes to a new file once the old one has been renamed and all are opened anew', () => {
    const path = join(temporaryFolder(), 'log')
    const files = new LogFiles()
    const sink = files.add(fileSink(path))
    sink.write('one\n')
    renameSync(path, `${path}.1`)
    sink.write('two\n')
    expect(files.reopen()).toEqual({ files: [path], failed: [] })
    sink.write('three\n')
    sink.close()
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('one\ntwo\n')
    expect(readFileSync(path, 'utf8')).toBe('three\n')
  })

  test('goes on with a file that cannot be opened anew, and opens the others', () => {
    const folder = temporaryFolder()
    const gone = join(folder, 'gone')
    mkdirSync(gone)
    const files = new LogFiles()
    const lost = files.add(fileSink(join(gone, 'log')))
    const kept = files.add(fileSink(join(folder, 'log')))
    renameSync(gone, join(folder, 'moved'))
    const { files: reopened, failed } = files.reopen()
    expect(reopened).toEqual([kept.path])
    expect(failed).toEqual([
      expect.stringMatching(
        /^the log \S+gone\/log cannot be opened anew, and goes on as it is: ENOENT/,
      ),
    ])
    lost.write('still\n')
    expect(readFileSync(join(folder, 'moved/log'), 'utf8')).toBe('still\n')
    lost.close()
    kept.close()
  })

  test('begins a file of the present time where logs are rotated', () => {
    const path = join(temporaryFolder(), 'log')
    let now = Date.UTC(2026, 0, 1)
    const sink = rotatingFileSink(path, 1000, () => now)
    sink.write('one\n')
    now += 1000
    const files = new LogFiles()
    files.add(sink)
    expect(files.reopen()).toEqual({ files: [`${path}.2026-01-01-00_00_01`], failed: [] })
    sink.write('two\n')
    sink.close()
    expect(readFileSync(`${path}.2026-01-01-00_00_01`, 'utf8')).toBe('two\n')
  })

  test('leaves a closed one closed', () => {
    const path = join(temporaryFolder(), 'log')
    const files = new LogFiles()
    files.add(fileSink(path)).close()
    rmSync(path)
    files.reopen()
    expect(existsSync(path)).toBe(false)
  })
})
