/** What is asked of the server in the name of whoever is signed in. */
export async function fetched(address: string): Promise<Response> {
  const answer = await fetch(address, { headers: { Accept: 'application/json, */*' } });
  if (!answer.ok) throw new Error(`${address} ${answer.status}`);
  return answer;
}

export const text = async (address: string): Promise<string> => (await fetched(address)).text();

/** Django's token against requests that others make in one's name; a new one after each sign-in. By https it is named `__Host-`. */
export const csrfToken = (): string => /(?:^|;\s*)(?:__Host-)?csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? '';
