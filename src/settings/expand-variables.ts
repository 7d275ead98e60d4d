/**
 * Puts environment variables into an argument, as Python's os.path.expandvars does: mod_wsgi-express
 * passes every argument after the command through it. A name that is not set stays as it is written,
 * and what was put in is not looked at again.
 *
 * @example expandVariables('$HOME/site', { HOME: '/home/me' }) // '/home/me/site'
 */
export function expandVariables(text: string, environment: NodeJS.ProcessEnv): string {
  return text.replace(/\$(\w+|\{[^}]*\})/g, (written, name: string) => {
    const bare = name.startsWith('{') ? name.slice(1, -1) : name
    return environment[bare] ?? written
  })
}
