/** What the machine's own zone is called, as the system says it: `Intl` says the same, after 18 ms. */
import { existsSync, readlinkSync } from 'node:fs';

const FOLDER = '/usr/share/zoneinfo';
const isUtc = /^(?:Etc\/)?(?:UTC|UCT|Zulu|Universal)$/;

function systemName(): string | null {
  const { TZ } = process.env;
  try {
    const name = TZ || /\/zoneinfo\/(.+)$/.exec(readlinkSync('/etc/localtime'))?.[1];
    if (!name) return null;
    if (isUtc.test(name)) return 'UTC';
    // Anything else than "Europe/Paris", such as "CET-1CEST", is for whoever knows what it means.
    return /^(?!posix|right)[A-Z]\w+(?:\/[\w+-]+)+$/.test(name) && existsSync(`${FOLDER}/${name}`) ? name : null;
  } catch {
    return null;
  }
}

export const localZoneName = (): string => systemName() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
