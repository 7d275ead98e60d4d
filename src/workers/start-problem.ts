/** Why a process could not be started, in words that name what is missing. */
import { existsSync } from 'node:fs'

/**
 * @param error of `spawn`, which names the program also where it is the folder that is missing
 * @param workingDirectory in which the program was to be started
 */
export function startProblem(error: Error, workingDirectory: string): string {
  const { code, syscall = '' } = error as NodeJS.ErrnoException
  const isMissing = code === 'ENOENT' && syscall.startsWith('spawn')
  if (!isMissing || existsSync(workingDirectory)) return error.message
  return `the working directory ${workingDirectory} is not there`
}
