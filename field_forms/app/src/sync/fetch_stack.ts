import type { HttpRequest, HttpResponse, HttpStack } from 'tus-js-client';

/** How tus-js-client speaks to the office from a service worker: by `fetch`, without progress within a piece. */
export class FetchStack implements HttpStack {
  createRequest(method: string, url: string): HttpRequest {
    const headers: Record<string, string> = {};
    const ending = new AbortController();
    return {
      getMethod: () => method,
      getURL: () => url,
      setHeader: (name, value) => void (headers[name] = value),
      getHeader: (name) => headers[name],
      setProgressHandler: () => undefined,
      async send(body: Blob | null): Promise<HttpResponse> {
        const answer = await fetch(url, { method, headers, body: body ?? null, credentials: 'omit', cache: 'no-store', signal: ending.signal });
        const text = await answer.text();
        return {
          getStatus: () => answer.status,
          getHeader: (name) => answer.headers.get(name) ?? undefined,
          getBody: () => text,
          getUnderlyingObject: () => answer,
        };
      },
      abort: () => Promise.resolve(ending.abort()),
      getUnderlyingObject: () => null,
    };
  }

  getName(): string {
    return 'FetchStack';
  }
}
