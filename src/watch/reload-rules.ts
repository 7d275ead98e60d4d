/** Which files below the working directory are a reason for a reload, by --reload-include and --reload-exclude. */
import { relative, sep } from 'node:path'
import ignore, { type Ignore } from 'ignore'

/** Both lists are of globs as in .gitignore; the last that fits counts. */
export interface ReloadGlobs {
  /** The working directory. */
  readonly folder: string
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

/** Folders that hold nothing which somebody edits, and so many files that looking at them costs time. */
const neverWalked = new Set(['node_modules', '.git', '.hg', '.svn', '__pycache__', 'venv', '.venv'])

export class ReloadRules {
  readonly folder: string
  readonly #include: Ignore
  readonly #exclude: Ignore
  /** False: no file is a reason but those that workers load. */
  readonly includesAny: boolean

  constructor({ folder, include, exclude }: ReloadGlobs) {
    this.folder = folder
    this.includesAny = include.length > 0
    // As git has it on Linux, whatever the file system makes of letter case.
    this.#include = ignore({ ignorecase: false }).add(include)
    this.#exclude = ignore({ ignorecase: false }).add(exclude)
  }

  /** True for a file that is never a reason. */
  excludes(path: string): boolean {
    const inside = this.#inside(path)
    return inside !== null && this.#exclude.ignores(inside)
  }

  /** True for a file that is a reason without being loaded. */
  includes(path: string): boolean {
    const inside = this.#inside(path)
    return inside !== null && this.#include.ignores(inside) && !this.#exclude.ignores(inside)
  }

  /** True for a folder in which files may be included. */
  walks(folder: string, name: string): boolean {
    const inside = this.#inside(folder)
    return !neverWalked.has(name) && inside !== null && !this.#exclude.ignores(`${inside}/`)
  }

  /** The path from the working directory; null: it lies elsewhere, where no glob reaches. */
  #inside(path: string): string | null {
    const inside = relative(this.folder, path)
    return inside === '' || inside === '..' || inside.startsWith(`..${sep}`) ? null : inside
  }
}
