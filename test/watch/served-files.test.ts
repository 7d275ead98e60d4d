import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/base/clock.js'
import { ServedFiles } from '../../src/watch/served-files.js'

interface Told {
  readonly paths: readonly string[]
  readonly onlyStyles: boolean
}

function watched() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'served-')))
  const told: Told[] = []
  let wake = () => {}
  const files = new ServedFiles(
    {
      changed(paths, onlyStyles) {
        told.push({ paths, onlyStyles })
        wake()
      },
      failed(reason) {
        throw new Error(reason)
      },
    },
    systemClock,
  )
  onTestFinished(() => {
    files.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  return {
    folder,
    files,
    write,
    /** Writes a file and adds it, under a path of its name. */
    serve(name: string, text: string) {
      write(name, text)
      files.add(join(folder, name), `/${name}`)
    },
    async next(): Promise<Told> {
      while (told.length === 0) await new Promise<void>(resolve => (wake = resolve))
      return told.shift()!
    },
  }
}

describe('ServedFiles', () => {
  test('tells of a changed style sheet, and of other files, by their URL paths', async () => {
    const { serve, write, next, files, folder } = watched()
    serve('a.css', 'a')
    serve('a.js', 'a')
    files.add(join(folder, 'a.css'), '/other/a.css')
    write('a.css', 'b')
    expect(await next()).toEqual({ paths: ['/a.css', '/other/a.css'], onlyStyles: true })
    write('a.js', 'b')
    expect(await next()).toEqual({ paths: ['/a.js'], onlyStyles: false })
  })

  test('does not tell of a file that is written with the content that it had', async () => {
    const { serve, write, next } = watched()
    serve('a.css', 'same')
    serve('b.css', 'b')
    write('a.css', 'same')
    write('b.css', 'new')
    expect((await next()).paths).toEqual(['/b.css'])
  })

  test('tells of a save that puts another file in place, and waits for one that empties it first', async () => {
    const { serve, write, next, folder } = watched()
    serve('a.css', 'a')
    write('new', 'b')
    renameSync(join(folder, 'new'), join(folder, 'a.css'))
    expect((await next()).paths).toEqual(['/a.css'])
    write('a.css', '')
    await new Promise(setImmediate)
    write('a.css', 'b')
    write('other.css', '')
    serve('b.css', 'b')
    write('b.css', 'c')
    // What the first file holds is what it held.
    expect((await next()).paths).toEqual(['/b.css'])
  })

  test('sees files in a folder that was taken away and made anew', async () => {
    const { files, next, folder } = watched()
    const inner = join(folder, 'static')
    mkdirSync(inner)
    writeFileSync(join(inner, 'a.css'), 'a')
    files.add(join(inner, 'a.css'), '/a.css')
    renameSync(inner, join(folder, 'gone'))
    mkdirSync(inner)
    writeFileSync(join(inner, 'a.css'), 'b')
    expect((await next()).paths).toEqual(['/a.css'])
    writeFileSync(join(inner, 'a.css'), 'c')
    expect((await next()).paths).toEqual(['/a.css'])
  })

  test('sees a change of which no event tells: of the file that a link leads to', async () => {
    const { files, write, next, folder } = watched()
    const inner = join(folder, 'static')
    mkdirSync(inner)
    write('real.css', 'a')
    symlinkSync(join(folder, 'real.css'), join(inner, 'a.css'))
    files.add(join(inner, 'a.css'), '/a.css')
    write('real.css', 'b')
    expect((await next()).paths).toEqual(['/a.css'])
  })

  test('keeps to the files that were served last', () => {
    const { files, folder } = watched()
    for (let number = 0; number < 600; number++) files.add(join(folder, `${number}.css`), '/x')
    expect(files.size).toBe(500)
    files.add(join(folder, 'a.css.map'), '/a.css.map')
    expect(files.size).toBe(500)
  })
})
