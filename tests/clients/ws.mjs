// graphql-ws: queries, mutations and subscriptions over one WebSocket, and every refusal it may get.
import { createClient } from "graphql-ws";

import { headers, openFile, print, socketUrl, url } from "./site.mjs";

const client = createClient({ url: socketUrl, connectionParams: headers, retryAttempts: 0 });

async function collect(query, variables) {
  const results = [];
  for await (const result of client.iterate({ query, variables })) results.push(result);
  return results;
}

// Files go over HTTP, by the multipart specification.
const form = new FormData();
form.set(
  "operations",
  JSON.stringify({
    query: "mutation ($f: Upload!) { classifyBatch(csvFile: $f, wait: false) { id } }",
    variables: { f: null },
  }),
);
form.set("map", JSON.stringify({ 0: ["variables.f"] }));
form.set("0", await openFile());
const upload = await (await fetch(url, { method: "POST", headers, body: form })).json();
const { id } = upload.data.classifyBatch;

const PROGRESS = "subscription ($id: ID!) { batchProgress(id: $id) { id status rowsStored } }";
const progress = await collect(PROGRESS, { id });
const [genres] = await collect("{ genres { name trackCount } }");
const [corrected] = await collect(
  'mutation { correctGenre(trackId: "1", genre: "folk") { trackId genre } }',
);
const unknown = await collect(PROGRESS, { id: "00000000-0000-0000-0000-000000000000" }).catch(
  (errors) => [{ errors }],
);
const refused = await collect("{ nonsense }").catch((errors) => errors);

const stranger = createClient({
  url: socketUrl,
  connectionParams: { "client-id": "test", "client-secret": "wrong" },
  retryAttempts: 0,
});
const closed = await new Promise((resolve) => {
  stranger.subscribe({ query: "{ genres { name } }" }, { next() {}, error: resolve, complete() {} });
});
print({
  id,
  progress: progress.map((result) => result.data.batchProgress),
  genres: genres.data.genres,
  corrected: corrected.data.correctGenre,
  unknown: unknown.map((result) => result.errors?.[0].extensions.code),
  refused: refused.map((error) => error.extensions.code),
  closed: [closed.code, closed.reason],
});
