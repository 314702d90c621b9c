import type { Profile } from '../store/db.ts';
import { accepted, choose, forgetAsked, prepared } from '../store/profiles.ts';
import { json, Refused } from './ask.ts';

interface DeviceAnswer {
  id?: number | string;
  officer?: string;
  officer_id?: number | string;
  centre?: string | { slug: string; name: string; name_hi?: string | null; phone?: string };
  language?: string;
  forms?: string[];
  demo?: boolean;
}

interface EnrolAnswer extends DeviceAnswer { device?: number | string; profile?: DeviceAnswer }

/** What the office says of a phone, as this phone keeps it. */
export function deviceOf(said: DeviceAnswer): Partial<Profile> {
  const centre = typeof said.centre === 'string' ? { slug: said.centre, name: said.centre } : said.centre;
  return {
    ...(said.id === undefined ? {} : { device_id: String(said.id) }),
    ...(said.officer_id === undefined ? {} : { officer_id: String(said.officer_id) }),
    officer: said.officer ?? '',
    centre: {
      slug: centre?.slug ?? '',
      name: centre?.name ?? '',
      name_hi: (centre && 'name_hi' in centre && centre.name_hi) || '',
      ...(centre && 'phone' in centre && centre.phone ? { phone: centre.phone } : {}),
    },
    forms: said.forms ?? [],
    demo: said.demo ?? false,
  };
}

/** Letters and digits as printed; hyphens and spaces do not matter. A whole link is taken apart. */
export function codeOf(typed: string): string {
  const linked = /#enrol=([^&\s]+)/.exec(typed);
  return decodeURIComponent(linked?.[1] ?? typed).toUpperCase().replace(/[^A-Z0-9]/g, '');
}

/** Raises Refused (the code is of no use, and is forgotten) or NoNetwork (asked again later, with the same three). */
export async function enrol(typed: string, language: string): Promise<Profile> {
  return enrolPrepared(await prepared(codeOf(typed), language));
}

export async function enrolPrepared(asked: Profile): Promise<Profile> {
  const { code, installation_id, token } = asked;
  try {
    const answer = await json<EnrolAnswer>('/api/v1/auth/enrol', { json: { code, installation_id, token } });
    const said: DeviceAnswer = answer.profile ?? { ...answer, ...(answer.device === undefined ? {} : { id: answer.device }) };
    const found = await accepted(asked, deviceOf(said));
    await choose(found.id);
    return found;
  } catch (error) {
    if (error instanceof Refused && error.status >= 400 && error.status < 500 && error.status !== 429) await forgetAsked(asked.id);
    throw error;
  }
}
