/** `fetch` on top of XMLHttpRequest, the only API that reports how much of a body has been sent. */

export interface UploadProgress {
  sent: number;
  total: number;
}

export function fetchWithProgress(
  report: (progress: UploadProgress) => void,
  cancel?: AbortSignal,
): typeof fetch {
  return (input, init = {}) =>
    new Promise<Response>((resolve, reject) => {
      const request = new XMLHttpRequest();
      const abort = () => request.abort();
      const signals = [cancel, init.signal].filter((signal) => signal != null);
      if (signals.some((signal) => signal.aborted)) {
        reject(cancelled());
        return;
      }
      request.open(init.method ?? "POST", String(input));
      for (const [name, value] of new Headers(init.headers)) request.setRequestHeader(name, value);
      request.responseType = "blob";
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) report({ sent: event.loaded, total: event.total });
      };
      request.onload = () => {
        const headers = new Headers();
        for (const name of ["content-type", "retry-after"]) {
          const value = request.getResponseHeader(name);
          if (value) headers.set(name, value);
        }
        resolve(
          new Response(request.response as Blob, {
            status: request.status,
            statusText: request.statusText,
            headers,
          }),
        );
      };
      request.onerror = () => reject(new TypeError("The service could not be reached."));
      request.onabort = () => reject(cancelled());
      request.onloadend = () => {
        for (const signal of signals) signal.removeEventListener("abort", abort);
      };
      for (const signal of signals) signal.addEventListener("abort", abort);
      request.send(init.body as XMLHttpRequestBodyInit);
    });
}

function cancelled(): DOMException {
  return new DOMException("The upload was cancelled.", "AbortError");
}
